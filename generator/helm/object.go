package helm

// object is a Kubernetes object as far as an export needs one: metadata, and a spec
// or data. Its fields are those of the API it names.
type object struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Metadata   meta   `yaml:"metadata"`
	Data       any    `yaml:"data,omitempty"`
	Spec       any    `yaml:"spec,omitempty"`
}

type meta struct {
	Name        string            `yaml:"name"`
	Namespace   string            `yaml:"namespace,omitempty"`
	Labels      map[string]string `yaml:"labels,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

// secret is a Secret with values to be replaced.
type secret struct {
	APIVersion string            `yaml:"apiVersion"`
	Kind       string            `yaml:"kind"`
	Metadata   meta              `yaml:"metadata"`
	Type       string            `yaml:"type"`
	StringData map[string]string `yaml:"stringData"`
}

// namespace holds everything of one release.
func namespace(name string) object {
	return object{APIVersion: "v1", Kind: "Namespace", Metadata: meta{Name: name}}
}
