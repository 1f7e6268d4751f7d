package conformance

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// own are kinds whose makers publish their types in no module that is light enough:
// the fields here are those that an export may use, by name, from the sources named
// at each. A field that is missing here is refused, until someone looks it up.
var own = map[schema.GroupVersionKind]func() any{
	{Group: "route.openshift.io", Version: "v1", Kind: "Route"}:      func() any { return new(Route) },
	{Group: "argoproj.io", Version: "v1alpha1", Kind: "Application"}: func() any { return new(Application) },
	{Group: "fleet.cattle.io", Version: "v1alpha1", Kind: "GitRepo"}: func() any { return new(GitRepo) },
	{Group: "catalog.cattle.io", Version: "v1", Kind: "ClusterRepo"}: func() any { return new(ClusterRepo) },
	{Group: "helm.openshift.io", Version: "v1beta1",
		Kind: "HelmChartRepository"}: func() any { return new(HelmChartRepository) },
}

// object metadata that every kind has.
type typed struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
}

// Route is of OpenShift (github.com/openshift/api, route/v1/types.go).
type Route struct {
	typed `json:",inline"`
	Spec  struct {
		Host           string      `json:"host"`
		Path           string      `json:"path"`
		To             RouteTarget `json:"to"`
		Port           *RoutePort  `json:"port"`
		TLS            *RouteTLS   `json:"tls"`
		WildcardPolicy string      `json:"wildcardPolicy"`
	} `json:"spec"`
}

// RouteTarget is the Service that a Route leads to.
type RouteTarget struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Weight *int32 `json:"weight"`
}

// RoutePort is a port of that Service.
type RoutePort struct {
	TargetPort intstr.IntOrString `json:"targetPort"`
}

// RouteTLS says who ends TLS.
type RouteTLS struct {
	Termination                   string `json:"termination"`
	InsecureEdgeTerminationPolicy string `json:"insecureEdgeTerminationPolicy"`
	ExternalCertificate           *struct {
		Name string `json:"name"`
	} `json:"externalCertificate"`
}

// Application is of Argo CD (github.com/argoproj/argo-cd, pkg/apis/application/v1alpha1/types.go).
type Application struct {
	typed `json:",inline"`
	Spec  struct {
		Project     string              `json:"project"`
		Source      *ApplicationSource  `json:"source"`
		Sources     []ApplicationSource `json:"sources"`
		Destination struct {
			Server    string `json:"server"`
			Name      string `json:"name"`
			Namespace string `json:"namespace"`
		} `json:"destination"`
		SyncPolicy           *SyncPolicy `json:"syncPolicy"`
		RevisionHistoryLimit *int64      `json:"revisionHistoryLimit"`
	} `json:"spec"`
}

// ApplicationSource is a chart, or a directory of a git repository.
type ApplicationSource struct {
	RepoURL        string `json:"repoURL"`
	Path           string `json:"path"`
	Chart          string `json:"chart"`
	TargetRevision string `json:"targetRevision"`
	Ref            string `json:"ref"`
	Helm           *struct {
		ReleaseName             string   `json:"releaseName"`
		ValueFiles              []string `json:"valueFiles"`
		IgnoreMissingValueFiles bool     `json:"ignoreMissingValueFiles"`
		SkipTests               bool     `json:"skipTests"`
		SkipCrds                bool     `json:"skipCrds"`
	} `json:"helm"`
	Directory *struct {
		Recurse bool   `json:"recurse"`
		Include string `json:"include"`
		Exclude string `json:"exclude"`
	} `json:"directory"`
}

// SyncPolicy says what Argo CD does by itself.
type SyncPolicy struct {
	Automated *struct {
		Prune      bool  `json:"prune"`
		SelfHeal   bool  `json:"selfHeal"`
		AllowEmpty bool  `json:"allowEmpty"`
		Enabled    *bool `json:"enabled"`
	} `json:"automated"`
	SyncOptions []string `json:"syncOptions"`
	Retry       *struct {
		Limit   int64 `json:"limit"`
		Backoff *struct {
			Duration    string `json:"duration"`
			Factor      *int64 `json:"factor"`
			MaxDuration string `json:"maxDuration"`
		} `json:"backoff"`
	} `json:"retry"`
}

// FleetYAML is fleet.yaml (github.com/rancher/fleet,
// pkg/apis/fleet.cattle.io/v1alpha1/fleetyaml.go and bundledeployment_types.go).
type FleetYAML struct {
	Name             string            `json:"name"`
	Labels           map[string]string `json:"labels"`
	DefaultNamespace string            `json:"defaultNamespace"`
	Namespace        string            `json:"namespace"`
	NamespaceLabels  map[string]string `json:"namespaceLabels"`
	KeepResources    bool              `json:"keepResources"`
	DependsOn        []struct {
		Name     string                `json:"name"`
		Selector *metav1.LabelSelector `json:"selector"`
	} `json:"dependsOn"`
	Helm *struct {
		Chart             string         `json:"chart"`
		Repo              string         `json:"repo"`
		Version           string         `json:"version"`
		ReleaseName       string         `json:"releaseName"`
		TimeoutSeconds    int            `json:"timeoutSeconds"`
		Values            map[string]any `json:"values"`
		ValuesFiles       []string       `json:"valuesFiles"`
		TakeOwnership     bool           `json:"takeOwnership"`
		MaxHistory        int            `json:"maxHistory"`
		WaitForJobs       bool           `json:"waitForJobs"`
		Atomic            bool           `json:"atomic"`
		DisablePreProcess bool           `json:"disablePreProcess"`
		DisableDNS        bool           `json:"disableDNS"`
	} `json:"helm"`
	Kustomize *struct {
		Dir string `json:"dir"`
	} `json:"kustomize"`
	CorrectDrift *struct {
		Enabled bool `json:"enabled"`
	} `json:"correctDrift"`
}

// GitRepo is of Fleet (same place, gitrepo_types.go).
type GitRepo struct {
	typed `json:",inline"`
	Spec  struct {
		Repo             string           `json:"repo"`
		Branch           string           `json:"branch"`
		Revision         string           `json:"revision"`
		Paths            []string         `json:"paths"`
		ClientSecretName string           `json:"clientSecretName"`
		PollingInterval  *metav1.Duration `json:"pollingInterval"`
		Targets          []struct {
			Name            string                `json:"name"`
			ClusterName     string                `json:"clusterName"`
			ClusterGroup    string                `json:"clusterGroup"`
			ClusterSelector *metav1.LabelSelector `json:"clusterSelector"`
		} `json:"targets"`
	} `json:"spec"`
}

// ClusterRepo is of Rancher (github.com/rancher/rancher, pkg/apis/catalog.cattle.io/v1/repo_types.go).
type ClusterRepo struct {
	typed `json:",inline"`
	Spec  struct {
		URL       string `json:"url"`
		GitRepo   string `json:"gitRepo"`
		GitBranch string `json:"gitBranch"`
	} `json:"spec"`
}

// HelmChartRepository is of OpenShift (github.com/openshift/api, helm/v1beta1/types_helm_chart_repository.go).
type HelmChartRepository struct {
	typed `json:",inline"`
	Spec  struct {
		Name             string `json:"name"`
		Description      string `json:"description"`
		Disabled         bool   `json:"disabled"`
		ConnectionConfig struct {
			URL string `json:"url"`
		} `json:"connectionConfig"`
	} `json:"spec"`
}
