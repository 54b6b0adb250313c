package narrate

// faults tell of each kind of the catalogue when it strikes. NODE is the target.
var faults = map[string]moment{
	"node-kill": {
		text2("NODE loses its power: every process is gone at once, and nobody says goodbye. Its address answers nothing, not even a refusal.",
			"NODE se queda sin corriente: todos sus procesos desaparecen a la vez y nadie se despide. Su dirección no responde nada, ni siquiera un rechazo."),
		text2("Until the checks see it the director goes on sending requests there. How long may that take by inter, fall and the timeouts?",
			"Hasta que las comprobaciones lo vean el director sigue enviándole peticiones. ¿Cuánto puede tardar según inter, fall y los tiempos de espera?"),
	},
	"node-stop": {
		text2("NODE is shut down in order, as poweroff does: its services get time to finish.", "NODE se apaga en orden, como hace poweroff: sus servicios tienen tiempo de terminar."),
		text2("Compare with a loss of power: are there fewer requests that break off?", "Compáralo con un corte de corriente: ¿hay menos peticiones cortadas?"),
	},
	"node-pause": {
		text2("All processes of NODE freeze. Its kernel lives on and accepts connections, which nobody will answer.",
			"Se congelan todos los procesos de NODE. Su núcleo sigue vivo y acepta conexiones que nadie contestará."),
		text2("Look at the check: L4OK. A connection is all that it asks for.", "Mira la comprobación: L4OK. Solo pide una conexión."),
	},
	"node-restart": {
		text2("NODE is restarted: it goes away, boots, and comes back by itself.", "NODE se reinicia: desaparece, arranca y vuelve solo."),
		text2("Which services come back without anybody's help? Those that are enabled.", "¿Qué servicios vuelven sin ayuda? Los que están habilitados (enabled)."),
	},
	"service-stop": {
		text2("The service on NODE is stopped in order. The machine lives on and refuses connections: the director learns it at once.",
			"Se detiene en orden el servicio de NODE. La máquina sigue viva y rechaza las conexiones: el director se entera enseguida."),
		text2("Compare the detection with that of a dead machine: a refusal is quick, silence is slow.", "Compara la detección con la de una máquina muerta: un rechazo es rápido, el silencio es lento."),
	},
	"service-crash": {
		text2("All processes of the service on NODE are killed (SIGKILL). Requests under way break off.", "Se matan todos los procesos del servicio de NODE (SIGKILL). Las peticiones en curso se cortan."),
		text2("systemctl status on NODE: what does it say of the main process? Does systemd start it again?", "systemctl status en NODE: ¿qué dice del proceso principal? ¿Lo vuelve a arrancar systemd?"),
	},
	"service-hang": {
		text2("The processes of the service on NODE are stopped (SIGSTOP): connections are accepted, nobody answers.", "Se detienen los procesos del servicio de NODE (SIGSTOP): se aceptan conexiones, nadie contesta."),
		text2("ps on NODE shows state T. Does the check of the director see it?", "ps en NODE muestra el estado T. ¿Lo ve la comprobación del director?"),
	},
	"partition": {
		text2("The network of NODE is cut: packets disappear without a word. The machine itself is well.", "Se corta la red de NODE: los paquetes desaparecen sin aviso. La máquina está bien."),
		text2("From outside, can you tell it from a machine that is dead?", "Desde fuera, ¿se distingue de una máquina muerta?"),
	},
	"packet-loss": {
		text2("Some of the packets to NODE get lost. TCP sends them again, later and later.", "Se pierden algunos paquetes hacia NODE. TCP los repite, cada vez más tarde."),
		text2("Look at the latency, not at the errors: p99 tells what the average hides.", "Mira la latencia, no los errores: p99 cuenta lo que la media esconde."),
	},
	"packet-delay": {
		text2("Every packet to NODE is late.", "Cada paquete hacia NODE llega tarde."),
		text2("How often does one request cross the network? Each time the delay is added.", "¿Cuántas veces cruza la red una petición? Cada vez se suma el retraso."),
	},
	"rate-limit": {
		text2("The link of NODE becomes narrow: what it sends waits in a queue.", "El enlace de NODE se estrecha: lo que envía espera en una cola."),
		text2("Small pages still pass; where does the time of the large ones go?", "Las páginas pequeñas aún pasan; ¿adónde se va el tiempo de las grandes?"),
	},
	"port-clash": {
		text2("Apache on NODE takes port 80 first. haproxy wants the same port and cannot start.", "Apache en NODE ocupa antes el puerto 80. haproxy quiere el mismo puerto y no puede arrancar."),
		text2("systemctl status -l haproxy: \"cannot bind socket\". Who has the port? ss -ltnp tells.", "systemctl status -l haproxy: \"cannot bind socket\". ¿Quién tiene el puerto? Lo dice ss -ltnp."),
	},
	"firewall-close": {
		text2("The firewall of NODE closes the port to clients. The service behind it is well and sees nobody.", "El cortafuegos de NODE cierra el puerto a los clientes. El servicio detrás está bien y no ve a nadie."),
		text2("From the node itself the page comes, from outside it does not. firewall-cmd --list-all.", "Desde el propio nodo la página llega, desde fuera no. firewall-cmd --list-all."),
	},
	"firewall-not-reloaded": {
		text2("The port was opened with --permanent on NODE and nobody typed --reload: it is open on disk only.", "En NODE se abrió el puerto con --permanent y nadie tecleó --reload: solo está abierto en disco."),
		text2("Compare firewall-cmd --list-all with firewall-cmd --permanent --list-all.", "Compara firewall-cmd --list-all con firewall-cmd --permanent --list-all."),
	},
	"firewall-not-permanent": {
		text2("The port was opened on NODE without --permanent, and then the firewall was reloaded: it is closed again.", "En NODE se abrió el puerto sin --permanent y luego se recargó el cortafuegos: vuelve a estar cerrado."),
		text2("It worked yesterday: what is only in the running configuration is gone with a reload.", "Ayer funcionaba: lo que solo está en la configuración en uso se pierde al recargar."),
	},
	"export-removed": {
		text2("The storage node no longer exports the site: the mounts of the servers are stale.", "El nodo de almacenamiento ya no exporta el sitio: los montajes de los servidores quedan obsoletos."),
		text2("ls /mnt/web on a server: Stale file handle. What does Apache make of it, and what does the check see?", "ls /mnt/web en un servidor: Stale file handle. ¿Qué hace Apache con ello y qué ve la comprobación?"),
	},
	"export-readonly": {
		text2("The storage node exports the site read-only: pages come, nothing can be written.", "El nodo de almacenamiento exporta el sitio en solo lectura: hay páginas, pero no se puede escribir."),
		text2("Does any client notice? What of a site that keeps sessions or uploads there?", "¿Lo nota algún cliente? ¿Y un sitio que guarda allí sesiones o ficheros subidos?"),
	},
	"handles-stale": {
		text2("The export is now another file system, as after a restore from backup: every handle that the servers hold is stale.", "Lo exportado es ahora otro sistema de ficheros, como tras restaurar una copia: todas las referencias de los servidores son obsoletas."),
		text2("Which servers find the way back by themselves, and which need a mount again?", "¿Qué servidores encuentran el camino solos y cuáles hay que volver a montar?"),
	},
	"mount-missing": {
		text2("/mnt/web is not mounted on NODE: its Apache serves an empty folder.", "/mnt/web no está montado en NODE: su Apache sirve una carpeta vacía."),
		text2("df -h /mnt/web on NODE. The port is open and the check is green: who sees the 403 or 404?", "df -h /mnt/web en NODE. El puerto está abierto y la comprobación verde: ¿quién ve el 403 o el 404?"),
	},
	"wrong-fstab": {
		text2("/etc/fstab of NODE has a wrong address for the storage.", "/etc/fstab de NODE tiene una dirección equivocada del almacenamiento."),
		text2("mount -a on NODE: how long does it try before it says so?", "mount -a en NODE: ¿cuánto lo intenta antes de decirlo?"),
	},
	"wrong-documentroot": {
		text2("DocumentRoot of NODE is not the mount: Apache serves another folder.", "El DocumentRoot de NODE no es el montaje: Apache sirve otra carpeta."),
		text2("grep DocumentRoot /etc/httpd/conf/httpd.conf on NODE, and reload the page until it is NODE's turn.", "grep DocumentRoot /etc/httpd/conf/httpd.conf en NODE, y recarga la página hasta que le toque a NODE."),
	},
	"php-missing": {
		text2("Apache on NODE runs without PHP: it hands out the program's source, with code 200.", "Apache en NODE funciona sin PHP: entrega el código fuente del programa, con código 200."),
		text2("No status tells: only the page's content does. It begins with <?php.", "Ningún código lo dice: solo el contenido de la página. Empieza con <?php."),
	},
	"php-broken": {
		text2("index.php on the storage gets a syntax error: all servers answer 500 at once, for they share it.", "index.php en el almacenamiento tiene un error de sintaxis: todos los servidores responden 500 a la vez, porque lo comparten."),
		text2("All checks are green. What kind of check would have seen it?", "Todas las comprobaciones están verdes. ¿Qué comprobación lo habría visto?"),
	},
	"content-differs": {
		text2("NODE serves a copy of the site of its own that has been altered.", "NODE sirve una copia propia y alterada del sitio."),
		text2("Reload the page: it changes with whose turn it is. Compare the bodies, not the codes.", "Recarga la página: cambia según a quién le toque. Compara los contenidos, no los códigos."),
	},
	"haproxy-cfg-broken": {
		text2("haproxy.cfg gets a word that does not exist and is reloaded. The reload is refused; the old process goes on.", "haproxy.cfg recibe una palabra que no existe y se recarga. La recarga se rechaza; el proceso antiguo sigue."),
		text2("haproxy -c -f /etc/haproxy/haproxy.cfg names the line. What would a restart have done?", "haproxy -c -f /etc/haproxy/haproxy.cfg dice la línea. ¿Qué habría hecho un restart?"),
	},
	"wrong-bind": {
		text2("haproxy.cfg binds to an address that NODE does not have, and haproxy is restarted: it does not start.", "haproxy.cfg pide una dirección que NODE no tiene y se reinicia haproxy: no arranca."),
		text2("systemctl status -l haproxy: \"Cannot assign requested address\". Compare with ip addr.", "systemctl status -l haproxy: \"Cannot assign requested address\". Compáralo con ip addr."),
	},
	"forward-missing": {
		text2("The port forward of NODE is deleted. The cluster is well, and nobody who comes by that port gets to it.",
			"Se borra la redirección de puertos de NODE. El clúster está bien, pero nadie que venga por ese puerto llega a él."),
		text2("Ask on cluster1 itself, then from outside: where does the way end? vboxmanage natnetwork list shows the rules.",
			"Pregunta en el propio cluster1 y luego desde fuera: ¿dónde se acaba el camino? vboxmanage natnetwork list muestra las reglas."),
	},
	"log-full": {
		text2("The disk for the logs of NODE is full.", "El disco de los registros de NODE está lleno."),
		text2("df -h on NODE. Does the service go on without its log?", "df -h en NODE. ¿Sigue el servicio sin su registro?"),
	},
	"node-flap": {
		text2("NODE goes away and comes back, again and again.", "NODE desaparece y vuelve, una y otra vez."),
		text2("fall and rise are there for this: how often does the director change its mind, and what would smaller values do?",
			"Para esto están fall y rise: ¿cuántas veces cambia de opinión el director y qué harían valores menores?"),
	},
	"node-memory": {
		text2("A program eats all memory of NODE: the kernel kills one process after the other, until the node is gone.", "Un programa se come toda la memoria de NODE: el núcleo mata un proceso tras otro hasta que el nodo desaparece."),
		text2("From outside it looks like a loss of power. What tells them apart? docker inspect says OOMKilled.", "Desde fuera parece un corte de corriente. ¿Qué los distingue? docker inspect dice OOMKilled."),
	},
	"worker-memory": {
		text2("A worker of the service on NODE runs out of memory and is killed. The service itself goes on with a new one.",
			"Un proceso trabajador del servicio de NODE se queda sin memoria y se le mata. El servicio sigue con uno nuevo."),
		text2("One request breaks off. Do the checks see anything at all?", "Una petición se corta. ¿Ven algo las comprobaciones?"),
	},
	"cpu-starved": {
		text2("NODE gets hardly any processor time: it does everything, only slowly.", "NODE apenas recibe tiempo de procesador: lo hace todo, pero despacio."),
		text2("The check passes, the pages are late. Which balancing algorithm would send it less?", "La comprobación pasa, las páginas se retrasan. ¿Qué algoritmo de reparto le enviaría menos?"),
	},
	"export-full": {
		text2("The export on the storage node is full: what is there can be read, nothing new can be written.", "El espacio exportado por el almacenamiento está lleno: se puede leer lo que hay, no escribir nada nuevo."),
		text2("df -h /mnt/web on a server. Which parts of a site write, and what do their users see?", "df -h /mnt/web en un servidor. ¿Qué partes de un sitio escriben y qué ven sus usuarios?"),
	},
	"wrong-address": {
		text2("NODE gets a wrong address: it is well, and nobody finds it where it was.", "NODE recibe una dirección equivocada: está bien, pero nadie lo encuentra donde estaba."),
		text2("ip addr on NODE, and compare with haproxy.cfg. From the director: no answer to ARP.", "ip addr en NODE, y compáralo con haproxy.cfg. Desde el director: sin respuesta ARP."),
	},
	"slow-client": {
		text2("Some clients send their requests drop by drop and hold their connections for long.", "Algunos clientes envían sus peticiones gota a gota y retienen mucho tiempo sus conexiones."),
		text2("Who pays for it: the director's connections, or Apache's workers? Look for timeout http-request.", "¿Quién lo paga: las conexiones del director o los trabajadores de Apache? Busca timeout http-request."),
	},
	"connection-flood": {
		text2("Many connections are opened at once and held, more than anybody needs.", "Se abren y retienen muchas conexiones a la vez, más de las que nadie necesita."),
		text2("In the statistics: current sessions against their limit (maxconn). Do the others still get in?", "En las estadísticas: sesiones actuales frente a su límite (maxconn). ¿Siguen entrando los demás?"),
	},
}
