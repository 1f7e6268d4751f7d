package helm

// fleetFile is fleet.yaml (rancher/fleet, pkg/apis/fleet.cattle.io/v1alpha1).
type fleetFile struct {
	DefaultNamespace string            `yaml:"defaultNamespace"`
	Labels           map[string]string `yaml:"labels"`
	DependsOn        []fleetDependency `yaml:"dependsOn,omitempty"`
	Helm             *fleetHelm        `yaml:"helm,omitempty"`
}

type fleetDependency struct {
	Selector LabelSelector `yaml:"selector"`
}

type fleetHelm struct {
	ReleaseName       string   `yaml:"releaseName"`
	Repo              string   `yaml:"repo"`
	Chart             string   `yaml:"chart"`
	Version           string   `yaml:"version"`
	ValuesFiles       []string `yaml:"valuesFiles"`
	TimeoutSeconds    int      `yaml:"timeoutSeconds"`
	DisablePreProcess bool     `yaml:"disablePreProcess"`
}

// gitRepo is a spec of fleet.cattle.io/v1alpha1.
type gitRepo struct {
	Repo    string        `yaml:"repo"`
	Branch  string        `yaml:"branch"`
	Paths   []string      `yaml:"paths"`
	Targets []fleetTarget `yaml:"targets"`
}

type fleetTarget struct {
	ClusterSelector LabelSelector `yaml:"clusterSelector"`
}

// bundleLabel is how bundles find each other.
const bundleLabel = "rocketchat-bundle"

func fleet(releases []release) []File {
	var files []File
	var paths []string
	bundle := func(dir, namespace, after string, helm *fleetHelm) {
		f := fleetFile{DefaultNamespace: namespace, Labels: map[string]string{bundleLabel: dir}, Helm: helm}
		if after != "" {
			f.DependsOn = []fleetDependency{{LabelSelector{map[string]string{bundleLabel: after}}}}
		}
		c := comments{}
		if helm != nil {
			c["helm.disablePreProcess"] = "else Fleet would read ${ } in the values as a template of its own"
		}
		paths = append(paths, dir)
		files = append(files, File{dir + "/fleet.yaml", encode(c, f)})
	}
	last := ""
	for _, r := range releases {
		bundle(r.dir, r.namespace, last, &fleetHelm{r.name, r.chart.Repo, r.chart.Name, r.chart.Version,
			[]string{"values.yaml"}, installTimeoutSeconds, true})
		last = r.dir
	}
	bundle("manifests", Namespace, releases[0].dir, nil)
	return append(files, File{"gitrepo.yaml", encode(comments{
		"": "Replace the repository; the paths are from its root. Label the clusters that are to have it:\n" +
			"kubectl label clusters.fleet.cattle.io -n fleet-default NAME chat=rocketchat",
		"metadata.namespace": "fleet-local for the cluster that Rancher itself runs on",
	}, object{"fleet.cattle.io/v1alpha1", "GitRepo", meta{Name: Release, Namespace: "fleet-default"}, nil,
		gitRepo{exampleGit, exampleBranch, paths, []fleetTarget{{LabelSelector{map[string]string{"chat": "rocketchat"}}}}}})})
}

// clusterRepo is a spec of catalog.cattle.io/v1.
type clusterRepo struct {
	URL string `yaml:"url"`
}

// helmChart is a spec of helm.cattle.io/v1, which k3s and RKE2 install.
type helmChart struct {
	Repo            string `yaml:"repo"`
	Chart           string `yaml:"chart"`
	Version         string `yaml:"version"`
	TargetNamespace string `yaml:"targetNamespace"`
	CreateNamespace bool   `yaml:"createNamespace"`
	Timeout         string `yaml:"timeout"`
	ValuesContent   string `yaml:"valuesContent"`
}

func rancher(releases []release) []File {
	var repos, charts []any
	for _, r := range releases {
		repos = append(repos, object{"catalog.cattle.io/v1", "ClusterRepo", meta{Name: r.chart.Name}, nil,
			clusterRepo{r.chart.Repo}})
		charts = append(charts, object{"helm.cattle.io/v1", "HelmChart", meta{Name: r.name, Namespace: "kube-system"}, nil,
			helmChart{r.chart.Repo, r.chart.Name, r.chart.Version, r.namespace, true, installTimeout, string(r.values)}})
	}
	return []File{
		{"clusterrepos.yaml", encode(comments{
			"": "For Rancher's Apps: install from its pages with the same values in the YAML editor.",
		}, repos...)},
		{"helmcharts.yaml", encode(comments{
			"": "For the Helm controller of k3s and RKE2. The values are those of the files beside it. " +
				"Apply monitoring first:\nit is not waited for.",
		}, charts...)},
	}
}
