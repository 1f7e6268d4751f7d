package helm

// helmRepository is a spec of source.toolkit.fluxcd.io/v1.
type helmRepository struct {
	Interval string `yaml:"interval"`
	URL      string `yaml:"url"`
}

// helmRelease is a spec of helm.toolkit.fluxcd.io/v2.
type helmRelease struct {
	Interval    string       `yaml:"interval"`
	ReleaseName string       `yaml:"releaseName"`
	Timeout     string       `yaml:"timeout"`
	DependsOn   []fluxRef    `yaml:"dependsOn,omitempty"`
	Chart       fluxChart    `yaml:"chart"`
	Install     fluxInstall  `yaml:"install"`
	Upgrade     fluxUpgrade  `yaml:"upgrade"`
	Test        fluxTest     `yaml:"test"`
	ValuesFrom  []fluxValues `yaml:"valuesFrom"`
}

type fluxRef struct {
	Kind      string `yaml:"kind,omitempty"`
	Name      string `yaml:"name"`
	Namespace string `yaml:"namespace,omitempty"`
}

type fluxChart struct {
	Spec fluxChartSpec `yaml:"spec"`
}

type fluxChartSpec struct {
	Chart     string  `yaml:"chart"`
	Version   string  `yaml:"version"`
	Interval  string  `yaml:"interval"`
	SourceRef fluxRef `yaml:"sourceRef"`
}

type fluxInstall struct {
	Remediation fluxRemediation `yaml:"remediation"`
}

type fluxUpgrade struct {
	CleanupOnFail bool            `yaml:"cleanupOnFail"`
	Remediation   fluxRemediation `yaml:"remediation"`
}

type fluxRemediation struct {
	Retries  int    `yaml:"retries"`
	Strategy string `yaml:"strategy,omitempty"`
}

type fluxTest struct {
	Enable bool `yaml:"enable"`
}

type fluxValues struct {
	Kind      string `yaml:"kind"`
	Name      string `yaml:"name"`
	ValuesKey string `yaml:"valuesKey"`
}

// kustomization is kustomize's own file, kustomize.config.k8s.io/v1beta1.
type kustomization struct {
	APIVersion         string               `yaml:"apiVersion"`
	Kind               string               `yaml:"kind"`
	Resources          []string             `yaml:"resources"`
	ConfigMapGenerator []configMapGenerator `yaml:"configMapGenerator"`
	Configurations     []string             `yaml:"configurations"`
}

type configMapGenerator struct {
	Name      string   `yaml:"name"`
	Namespace string   `yaml:"namespace"`
	Files     []string `yaml:"files"`
}

// kustomizeConfig tells kustomize where names of ConfigMaps stand.
type kustomizeConfig struct {
	NameReference []nameReference `yaml:"nameReference"`
}

type nameReference struct {
	Kind       string      `yaml:"kind"`
	Version    string      `yaml:"version"`
	FieldSpecs []fieldSpec `yaml:"fieldSpecs"`
}

type fieldSpec struct {
	Path string `yaml:"path"`
	Kind string `yaml:"kind"`
}

// installTimeout is how long a tool waits for a release: a first start migrates the
// database (assumption).
const (
	installTimeout        = "20m"
	installTimeoutSeconds = 1200
)

func flux(releases []release) []File {
	var sources, all []any
	var generators []configMapGenerator
	for i, r := range releases {
		sources = append(sources, object{"source.toolkit.fluxcd.io/v1", "HelmRepository",
			meta{Name: r.chart.Name, Namespace: r.namespace}, nil, helmRepository{"1h", r.chart.Repo}})
		chart := fluxChartSpec{r.chart.Name, r.chart.Version, "1h", fluxRef{"HelmRepository", r.chart.Name, ""}}
		spec := helmRelease{
			Interval: "30m", ReleaseName: r.name, Timeout: installTimeout,
			Chart:      fluxChart{chart},
			Install:    fluxInstall{fluxRemediation{Retries: 3}},
			Upgrade:    fluxUpgrade{true, fluxRemediation{3, "rollback"}},
			ValuesFrom: []fluxValues{{"ConfigMap", r.name + "-values", "values.yaml"}},
		}
		if r.after != "" {
			spec.DependsOn = []fluxRef{{Name: releases[i-1].name, Namespace: releases[i-1].namespace}}
		}
		all = append(all, object{"helm.toolkit.fluxcd.io/v2", "HelmRelease",
			meta{Name: r.name, Namespace: r.namespace}, nil, spec})
		generators = append(generators, configMapGenerator{r.name + "-values", r.namespace,
			[]string{"values.yaml=" + r.dir + "/values.yaml"}})
	}
	return []File{
		{"sources.yaml", encode(nil, sources...)},
		{"releases.yaml", encode(comments{
			"": "Each waits for the one before: without the custom resources of monitoring\n" +
				"Rocket.Chat's chart leaves its PodMonitor out.",
		}, all...)},
		{"kustomization.yaml", encode(comments{
			"": "manifests/ is a Kustomization of its own, see README.md: it needs the custom resources of monitoring.",
		}, kustomization{"kustomize.config.k8s.io/v1beta1", "Kustomization",
			[]string{"namespace.yaml", "sources.yaml", "releases.yaml"}, generators, []string{"kustomizeconfig.yaml"}})},
		{"kustomizeconfig.yaml", encode(comments{
			"": "The names of the ConfigMaps end in a checksum, so that changed values bring an upgrade.",
		}, kustomizeConfig{[]nameReference{{"ConfigMap", "v1", []fieldSpec{{"spec/valuesFrom/name", "HelmRelease"}}}}})},
	}
}
