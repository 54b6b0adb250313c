package narrate

// phases are the run's own moments.
var phases = map[string]moment{
	"prepare": {
		text: text2("The cluster is up. The scenario's haproxy.cfg is put in place.", "El clúster está en marcha. Se coloca el haproxy.cfg del ejercicio."),
	},
	"steady": {
		text: text2("First the steady state: the director has every server UP, and every server gives its page. Only what is well can be broken.",
			"Primero el estado estable: el director tiene todos los servidores UP y cada servidor da su página. Solo se puede romper lo que está bien."),
		look: text2("Open the statistics page and find the line of each server: state, weight, last check.",
			"Abre la página de estadísticas y busca la línea de cada servidor: estado, peso, última comprobación."),
	},
	"load": {
		text: text2("The load begins. Requests leave at their time, whether or not earlier ones were answered, as clients do in real life.",
			"Empieza la carga. Las peticiones salen a su hora, hayan sido respondidas o no las anteriores, como hacen los clientes de verdad."),
		look: text2("Look at how the answers are divided among the servers: which algorithm does haproxy.cfg name?",
			"Fíjate en cómo se reparten las respuestas entre los servidores: ¿qué algoritmo dice haproxy.cfg?"),
	},
	"after": {
		text: text2("The load is over. The logs of all nodes are collected, and then the judge compares what was seen with what was expected.",
			"La carga ha terminado. Se recogen los registros de todos los nodos y después el juez compara lo visto con lo esperado."),
	},
}

// changes are those of the director's mind. Server, check and time since come as arguments.
var changes = map[string]moment{
	"failing": {text: text2("A check of %s has failed (%s). The director still trusts it: that takes `fall` failures in a row.",
		"Ha fallado una comprobación de %s (%s). El director aún confía en él: hacen falta `fall` fallos seguidos.")},
	"DOWN": {
		text: text2("The director has taken %s out (%s), %s. From now on it gets no request.", "El director ha retirado a %s (%s), %s. Desde ahora no recibe peticiones."),
		look: text2("Who answers its part of the requests now? Compare the time with inter x fall in haproxy.cfg.",
			"¿Quién responde ahora su parte de las peticiones? Compara el tiempo con inter x fall en haproxy.cfg."),
	},
	"UP": {
		text: text2("The director has taken %s back (%s), %s.", "El director ha readmitido a %s (%s), %s."),
		look: text2("Watch its part of the answers grow again.", "Observa cómo vuelve a crecer su parte de las respuestas."),
	},
	"MAINT": {text: text2("%s is in maintenance (%s): somebody took it out by hand.", "%s está en mantenimiento (%s): alguien lo ha retirado a mano.")},
	"DRAIN": {
		text: text2("%s is drained (%s): it finishes what it has, and gets nothing new.", "%s se está vaciando (%s): termina lo que tiene y no recibe nada nuevo."),
		look: text2("Watch its current sessions go to zero in the statistics: then it can be stopped without loss.",
			"Observa en las estadísticas cómo sus sesiones actuales bajan a cero: entonces se puede parar sin pérdidas."),
	},
	"NOLB": {text: text2("%s takes no new clients (%s), only those that it knows.", "%s no admite clientes nuevos (%s), solo los que ya conoce.")},
}

// outcomes are what clients get other than a page in good time. The latency comes as the argument.
var outcomes = map[string]moment{
	"slow": {text: text2("A client waited %s for its page: the connection had to be tried again, or the server is slow.",
		"Un cliente ha esperado %s por su página: hubo que repetir la conexión o el servidor va lento.")},
	"500": {text: text2("Clients get 500: the server is there, but its program fails. A check that only connects does not see that.",
		"Los clientes reciben 500: el servidor está, pero su programa falla. Una comprobación que solo conecta no lo ve.")},
	"403": {text: text2("Clients get 403: Apache is well, but may not or cannot read the page. What of its mount?",
		"Los clientes reciben 403: Apache está bien, pero no puede leer la página. ¿Qué pasa con su montaje?")},
	"404": {text: text2("Clients get 404: a server answers without having the page. A wrong folder, or nothing mounted?",
		"Los clientes reciben 404: responde un servidor que no tiene la página. ¿Carpeta equivocada o nada montado?")},
	"502": {text: text2("Clients get 502 from the director: the server closed or answered nonsense in the middle of it.",
		"Los clientes reciben 502 del director: el servidor cerró o respondió mal a mitad de la respuesta.")},
	"503": {
		text: text2("Clients get 503 from the director itself: it found no server that would take the request.",
			"Los clientes reciben 503 del propio director: no encontró ningún servidor que aceptara la petición."),
		look: text2("In the log of haproxy look at the termination flags of these lines: SC is a connection that failed, <NOSRV> is nobody left.",
			"En el registro de haproxy mira los indicadores de fin de esas líneas: SC es una conexión fallida, <NOSRV> es que no queda nadie."),
	},
	"504": {
		text: text2("Clients get 504 from the director, after %s: the server took the request and did not answer within `timeout server`.",
			"Los clientes reciben 504 del director, a los %s: el servidor tomó la petición y no respondió dentro de `timeout server`."),
		look: text2("Is the server's check still green? A check that only connects cannot see a program that hangs.",
			"¿Sigue verde la comprobación del servidor? Una que solo conecta no puede ver un programa colgado."),
	},
	"refused": {
		text: text2("Connections are refused: nothing listens at the address that clients know. There is nobody left to say 503.",
			"Se rechazan las conexiones: nada escucha en la dirección que conocen los clientes. No queda nadie que diga 503."),
		look: text2("On the director: systemctl status haproxy, and ss -ltnp.", "En el director: systemctl status haproxy y ss -ltnp."),
	},
	"reset":       {text: text2("Connections are reset in the middle: whoever had them is gone.", "Las conexiones se cortan a mitad: quien las tenía ya no está.")},
	"eof":         {text: text2("Answers break off before their end.", "Las respuestas se cortan antes de terminar.")},
	"unreachable": {text: text2("There is no way to the address any more.", "Ya no hay camino hasta la dirección.")},
	"timeout": {
		text: text2("A client has given up after %s without an answer. Nobody said no: the worst kind of failure for who waits.",
			"Un cliente se ha rendido a los %s sin respuesta. Nadie dijo que no: el peor fallo para quien espera."),
		look: text2("Where do the requests wait? In the director's queue, in Apache, or on the mount (ps: state D)?",
			"¿Dónde esperan las peticiones? ¿En la cola del director, en Apache o en el montaje (ps: estado D)?"),
	},
}

var servedAgain = moment{text: text2("The last %d clients in a row were served in good time.", "Los últimos %d clientes seguidos han sido atendidos a tiempo.")}

var (
	seen   = moment{text: text2("It has been seen to work: from now on it counts.", "Se ha visto que funciona: desde ahora cuenta.")}
	mended = moment{text: text2("It has been seen to be mended. Now the director has to notice.", "Se ha visto que está reparado. Ahora falta que el director se dé cuenta.")}
)

var mending = moment{text: text2("Now NODE is mended.", "Ahora se repara NODE.")}

var unknownFault = moment{
	text: text2("Now something breaks: KIND on NODE.", "Ahora algo se rompe: KIND en NODE."),
	look: text2("Who notices first: the clients, the director's checks, or nobody?", "¿Quién lo nota primero: los clientes, las comprobaciones del director o nadie?"),
}
