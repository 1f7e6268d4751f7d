package alerts

import (
	"bytes"

	"go.yaml.in/yaml/v4"
)

const header = `# Alerts. What to do about each is in README.md under its name. The
# values at which they fire come from the profile (key "alerts"). Rules of your own go
# into another file beside this one.
`

// ruleFile is the format of Prometheus
// (prometheus.io/docs/prometheus/latest/configuration/alerting_rules).
type ruleFile struct {
	Groups []ruleGroup `yaml:"groups"`
}

type ruleGroup struct {
	Name  string      `yaml:"name"`
	Rules []alertRule `yaml:"rules"`
}

type alertRule struct {
	Alert       string      `yaml:"alert"`
	Expr        string      `yaml:"expr"`
	For         string      `yaml:"for"`
	Labels      labels      `yaml:"labels"`
	Annotations annotations `yaml:"annotations"`
}

type labels struct {
	Severity string `yaml:"severity"`
}

type annotations struct {
	Summary     string `yaml:"summary"`
	Description string `yaml:"description"`
	Runbook     string `yaml:"runbook"`
}

// Encode prints rules as a rule file of Prometheus. The same rules give the same
// bytes.
func Encode(rules []Rule) []byte {
	var f ruleFile
	for _, r := range rules {
		if n := len(f.Groups); n == 0 || f.Groups[n-1].Name != r.Group {
			f.Groups = append(f.Groups, ruleGroup{Name: r.Group})
		}
		g := &f.Groups[len(f.Groups)-1]
		g.Rules = append(g.Rules, alertRule{
			Alert: r.Name, Expr: r.Expr, For: r.For, Labels: labels{r.Severity},
			Annotations: annotations{r.Summary, r.Description, "README.md#" + r.Anchor()},
		})
	}
	body, err := yaml.Dump(f, yaml.WithIndent(2), yaml.WithLineWidth(-1)) // one line a text
	if err != nil {
		panic("alerts: " + err.Error()) // strings always encode
	}
	return append(bytes.Clone([]byte(header)), body...)
}
