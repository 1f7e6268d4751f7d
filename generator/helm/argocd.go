package helm

import "fmt"

// application is a spec of argoproj.io/v1alpha1.
type application struct {
	Project     string          `yaml:"project"`
	Destination argoDestination `yaml:"destination"`
	Sources     []argoSource    `yaml:"sources"`
	SyncPolicy  argoSync        `yaml:"syncPolicy"`
}

type argoDestination struct {
	Server    string `yaml:"server"`
	Namespace string `yaml:"namespace"`
}

type argoSource struct {
	RepoURL        string    `yaml:"repoURL"`
	Chart          string    `yaml:"chart,omitempty"`
	Path           string    `yaml:"path,omitempty"`
	TargetRevision string    `yaml:"targetRevision"`
	Helm           *argoHelm `yaml:"helm,omitempty"`
	Ref            string    `yaml:"ref,omitempty"`
}

type argoHelm struct {
	ReleaseName string   `yaml:"releaseName"`
	ValueFiles  []string `yaml:"valueFiles"`
}

type argoSync struct {
	Automated   argoAutomated `yaml:"automated"`
	SyncOptions []string      `yaml:"syncOptions"`
	Retry       argoRetry     `yaml:"retry"`
}

type argoAutomated struct {
	Prune    bool `yaml:"prune"`
	SelfHeal bool `yaml:"selfHeal"`
}

type argoRetry struct {
	Limit int `yaml:"limit"`
}

// Where a person's own repository is: to be replaced.
const (
	exampleGit    = "https://git.example/ops/chat.git"
	exampleBranch = "main"
)

func argoCD(releases []release) []File {
	sync := argoSync{
		Automated: argoAutomated{true, true},
		// custom resources are too large for the annotation that a client-side apply writes
		SyncOptions: []string{"CreateNamespace=true", "ServerSideApply=true"},
		Retry:       argoRetry{5},
	}
	app := func(name, namespace string, wave int, sources ...argoSource) any {
		return object{"argoproj.io/v1alpha1", "Application", meta{
			Name: name, Namespace: "argocd", Annotations: map[string]string{"argocd.argoproj.io/sync-wave": fmt.Sprint(wave)},
		}, nil, application{"default", argoDestination{"https://kubernetes.default.svc", namespace}, sources, sync}}
	}
	var all []any
	for i, r := range releases {
		all = append(all, app(r.name, r.namespace, i,
			argoSource{RepoURL: r.chart.Repo, Chart: r.chart.Name, TargetRevision: r.chart.Version,
				Helm: &argoHelm{r.name, []string{"$values/" + r.dir + "/values.yaml"}}},
			argoSource{RepoURL: exampleGit, TargetRevision: exampleBranch, Ref: "values"}))
	}
	manifests := argoSource{RepoURL: exampleGit, Path: "manifests", TargetRevision: exampleBranch}
	all = append(all, app(Release+"-manifests", Namespace, len(releases), manifests))
	head := "Replace " + exampleGit + " by your repository; the paths are from its root.\n" +
		"Waves count where one application of yours applies this file; " +
		"otherwise each retries until the one before is there."
	return []File{{"applications.yaml", encode(comments{"": head}, all...)}}
}
