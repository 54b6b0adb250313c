package differential

import "slices"

// rareCases are about lines that few files have.
func rareCases() []Case {
	return slices.Concat(quietCases(), limitCases(), rdpCases, independentCases(), bufferCases(), []Case{proxiedAuth, transparent, websocket})
}
