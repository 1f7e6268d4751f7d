package helm

// roleBinding is an object of rbac.authorization.k8s.io/v1: it has no spec.
type roleBinding struct {
	APIVersion string    `yaml:"apiVersion"`
	Kind       string    `yaml:"kind"`
	Metadata   meta      `yaml:"metadata"`
	RoleRef    roleRef   `yaml:"roleRef"`
	Subjects   []subject `yaml:"subjects"`
}

type roleRef struct {
	APIGroup string `yaml:"apiGroup"`
	Kind     string `yaml:"kind"`
	Name     string `yaml:"name"`
}

type subject struct {
	Kind      string `yaml:"kind"`
	Name      string `yaml:"name"`
	Namespace string `yaml:"namespace"`
}

// openShift returns what OpenShift wants beside the values: leave for the image's
// user, and metrics of projects.
func openShift() []File {
	binding := roleBinding{"rbac.authorization.k8s.io/v1", "RoleBinding",
		meta{Name: "rocketchat-nonroot", Namespace: Namespace},
		roleRef{"rbac.authorization.k8s.io", "ClusterRole", "system:openshift:scc:nonroot-v2"},
		[]subject{{"ServiceAccount", mainName, Namespace}}}
	metrics := configMap{"v1", "ConfigMap", meta{Name: "cluster-monitoring-config", Namespace: "openshift-monitoring"},
		map[string]string{"config.yaml": "enableUserWorkload: true\n"}}
	return []File{
		{"scc.yaml", encode(comments{
			"": "The main pods run as user 65533, which restricted-v2 refuses. All others fit restricted-v2.",
		}, binding)},
		{"cluster-monitoring-config.yaml", encode(comments{
			"": "Once for the cluster, by an administrator. If the ConfigMap is there already, add the line to it:\n" +
				"applying this file replaces it.",
		}, metrics)},
	}
}
