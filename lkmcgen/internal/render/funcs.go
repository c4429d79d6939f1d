// SPDX-License-Identifier: Apache-2.0

package render

import (
	"text/template"

	"github.com/Masterminds/sprig/v3"
)

// sprigNames are the functions of sprig that templates may use. What is left
// out depends on time, chance or the machine, or quotes for another place than
// its name says (default, quote, squote).
var sprigNames = []string{"indent", "join", "list", "lower", "upper", "replace", "trimSuffix", "trimPrefix", "wrap"}

// funcs returns every function that templates may use.
func funcs() template.FuncMap {
	all := sprig.HermeticTxtFuncMap()
	allowed := template.FuncMap{
		"shellWord":  shellWord,
		"recipeWord": recipeWord,
		"makeValue":  makeValue,
		"makePath":   makePath,
	}
	for _, name := range sprigNames {
		allowed[name] = all[name]
	}
	return allowed
}
