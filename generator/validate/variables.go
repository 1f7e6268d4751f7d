package validate

import "strings"

// unsetVariables returns the variables in a value for which Compose would put in
// nothing, or stop: those without a default that env does not hold. Compose's own
// extraction merges several uses of one variable, so that a default in one
// place hides a missing value in another.
func unsetVariables(text string, env map[string]string) []string {
	var unset []string
	eachVariable(text, func(name, operator, argument string) {
		value, set := env[name]
		switch operator {
		case "":
			if !set && name != "COMPOSE_PROJECT_NAME" { // Compose sets that itself
				unset = append(unset, name)
			}
		case "?":
			if !set {
				unset = append(unset, name)
			}
		case ":?":
			if value == "" {
				unset = append(unset, name)
			}
		case "-", ":-":
			if value == "" {
				unset = append(unset, unsetVariables(argument, env)...)
			}
		}
	})
	return unset
}

// eachVariable calls visit for $NAME and ${NAME}, and for ${NAME:-argument} and
// its like with operator and argument. $$ is a dollar; an open brace ends it.
func eachVariable(text string, visit func(name, operator, argument string)) {
	for {
		_, rest, found := strings.Cut(text, "$")
		switch {
		case !found:
			return
		case strings.HasPrefix(rest, "$"):
			text = rest[1:]
		case strings.HasPrefix(rest, "{"):
			end := closingBrace(rest)
			if end < 0 {
				return
			}
			name := identifier(rest[1:end])
			expression := rest[1+len(name) : end]
			argument := strings.TrimLeft(expression, ":")
			argument = argument[min(1, len(argument)):]
			visit(name, strings.TrimSuffix(expression, argument), argument)
			text = rest[end+1:]
		default:
			if name := identifier(rest); name != "" {
				visit(name, "", "")
			}
			text = rest
		}
	}
}

// closingBrace returns where the brace that text begins with is closed, or -1.
func closingBrace(text string) int {
	depth := 0
	for i, r := range text {
		switch r {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// identifier returns the variable name that text begins with.
func identifier(text string) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
	if text == "" || !strings.Contains(letters, text[:1]) {
		return ""
	}
	return text[:len(text)-len(strings.TrimLeft(text, letters+"0123456789"))]
}
