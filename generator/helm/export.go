package helm

import (
	"slices"
	"strings"
)

// File is one file of an export.
type File struct {
	Path    string // slash-separated, from the export's directory
	Content []byte
}

// Paths of an export's files.
const (
	ReadmeFile     = "README.md"
	ValuesFile     = "rocketchat/values.yaml"
	natsFile       = "nats/values.yaml"
	monitoringFile = "monitoring/values.yaml"
)

// release is one installation of a chart.
type release struct {
	name, namespace string
	chart           Chart
	dir             string // with its values.yaml
	values          []byte
	after           string // name of the release that must be there before, or nothing
}

// Export returns the files of an export in the order of their paths. It returns an
// error where Check has one.
func Export(p Plan, o Options) ([]File, error) {
	if err := p.Check(o); err != nil {
		return nil, err
	}
	var err error
	if o.NATS == NATSExternal {
		if p, err = p.without(NATS); err != nil {
			return nil, err
		}
	}
	releases, err := p.releases(o)
	if err != nil {
		return nil, err
	}
	manifests, err := p.manifests(o)
	if err != nil {
		return nil, err
	}
	files := append(manifests,
		File{"namespace.yaml", encode(nil, namespaces(releases)...)},
		File{"secrets.example.yaml", secretsFile(p.secrets(o))},
		File{ReadmeFile, p.readme(o, releases)})
	for _, r := range releases {
		files = append(files, File{r.dir + "/values.yaml", r.values})
	}
	files = append(files, wrap(o.Target, releases)...)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

// MainFile is the path of the file that a person looks at first.
func MainFile(target string) string {
	switch target {
	case TargetFlux:
		return "releases.yaml"
	case TargetArgoCD:
		return "applications.yaml"
	case TargetRancher:
		return "helmcharts.yaml"
	default:
		return ValuesFile
	}
}

// releases returns those of an export, each after the one it waits for.
func (p Plan) releases(o Options) ([]release, error) {
	values, err := newValues(p, o)
	if err != nil {
		return nil, err
	}
	var all []release
	main := release{Release, Namespace, RocketChatChart, "rocketchat", encode(p.valuesComments(o), values), ""}
	add := func(r release) {
		all = append(all, r)
		main.after = r.name
	}
	if o.Target != TargetOpenShift {
		values := encode(monitoringComments, p.newMonitoringValues())
		add(release{MonitoringRelease, MonitoringNamespace, PrometheusChart, "monitoring", values, ""})
	}
	if w, ok := p.Workload(NATS); ok {
		add(release{NATSRelease, Namespace, NATSChart, "nats", encode(natsComments, newNATSValues(w)), main.after})
	}
	all = append(all, main)
	for _, r := range all {
		if err := checkKeys(r.chart, keysOf(r.chart), r.values); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func keysOf(c Chart) []string {
	switch c {
	case NATSChart:
		return natsKeys
	case PrometheusChart:
		return monitoringKeys
	default:
		return knownKeys
	}
}

func namespaces(releases []release) []any {
	var all []any
	var seen []string
	for _, r := range releases {
		if !slices.Contains(seen, r.namespace) {
			seen = append(seen, r.namespace)
			all = append(all, namespace(r.namespace))
		}
	}
	return all
}

// manifests returns the objects that no chart makes. They need the custom resources
// of Prometheus' operator.
func (p Plan) manifests(o Options) ([]File, error) {
	boards, err := p.dashboards()
	if err != nil {
		return nil, err
	}
	var files []File
	add := func(name, head string, objects ...any) {
		files = append(files, File{"manifests/" + name, encode(comments{"": head}, objects...)})
	}
	add("rules.yaml", "Alerts. What to do about each is in README.md under its name.", prometheusRule(p.rules()))
	add("dashboards.yaml", "Dashboards for Grafana's sidecar, which looks for the label "+dashboardLabel+".", boards...)
	if p.watchesNATS() {
		add("networkpolicy.yaml", "Who may talk to NATS. Routes between its servers have no password.", networkPolicy())
	}
	if p.Microservices.Value {
		add("poddisruptionbudgets.yaml", "The chart has a budget for the main pods only.", p.budgets()...)
		add("podmonitor.yaml", "The connections of users, which ddp-streamer has: the chart's PodMonitor leaves it out.",
			streamerMonitor())
	}
	if o.Target == TargetOpenShift {
		files = append(files, openShift()...)
	}
	return files, nil
}

// wrap returns what a delivery tool wants around the values.
func wrap(target string, releases []release) []File {
	switch target {
	case TargetFlux:
		return flux(releases)
	case TargetArgoCD:
		return argoCD(releases)
	case TargetFleet:
		return fleet(releases)
	case TargetRancher:
		return rancher(releases)
	default:
		return nil
	}
}
