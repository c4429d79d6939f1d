// SPDX-License-Identifier: Apache-2.0

package render

import (
	"text/template"

	"github.com/Masterminds/sprig/v3"
)

// sprigNames are the functions of sprig that templates may use. What is left
// out is used nowhere, depends on time, chance or the machine, or quotes for
// another place than its name says (default, quote, squote).
var sprigNames = []string{"join"}

// funcs returns every function that templates may use.
func funcs() template.FuncMap {
	all := sprig.HermeticTxtFuncMap()
	allowed := template.FuncMap{"shellWord": shellWord}
	for _, name := range sprigNames {
		allowed[name] = all[name]
	}
	return allowed
}
