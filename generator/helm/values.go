package helm

// Values are those of the chart rocketchat 7.0.2 that an export writes. A key that
// is left out keeps the chart's default; what it does by default and should not is
// written out.
type Values struct {
	Image                      Image         `yaml:"image"`
	Host                       string        `yaml:"host"`
	ReplicaCount               int           `yaml:"replicaCount"`
	PodDisruptionBudget        Enabled       `yaml:"podDisruptionBudget"`
	MinAvailable               int           `yaml:"minAvailable"`
	PodAntiAffinity            string        `yaml:"podAntiAffinity"`
	PodAntiAffinityTopologyKey string        `yaml:"podAntiAffinityTopologyKey"`
	Resources                  Resources     `yaml:"resources"`
	SecurityContext            PodSecurity   `yaml:"securityContext"`
	ContainerSecurityContext   UserID        `yaml:"containerSecurityContext"`
	LivenessProbe              Probe         `yaml:"livenessProbe"`
	ReadinessProbe             Probe         `yaml:"readinessProbe"`
	ExistingMongoDBSecret      string        `yaml:"existingMongodbSecret"`
	MongoDB                    MongoDB       `yaml:"mongodb"`
	ExtraSecret                string        `yaml:"extraSecret"`
	ExtraEnv                   []EnvVar      `yaml:"extraEnv"`
	SMTP                       Enabled       `yaml:"smtp"`
	Persistence                Enabled       `yaml:"persistence"`
	NATS                       NATSSwitch    `yaml:"nats"`
	Microservices              Microservices `yaml:"microservices"`
	Service                    Service       `yaml:"service"`
	Ingress                    Ingress       `yaml:"ingress"`
	PrometheusScraping         Scraping      `yaml:"prometheusScraping"`
	PodMonitor                 PodMonitor    `yaml:"podMonitor"`
	ServiceMonitor             Enabled       `yaml:"serviceMonitor"`
	ServiceAccount             Create        `yaml:"serviceAccount"`
	Federation                 Enabled       `yaml:"federation"`
	PostgreSQL                 Enabled       `yaml:"postgresql"`
}

// Image is Rocket.Chat's. Microservices always take its tag.
type Image struct {
	Repository string `yaml:"repository"`
	Tag        string `yaml:"tag"`
}

// Enabled switches a part of a chart on or off.
type Enabled struct {
	Enabled bool `yaml:"enabled"`
}

// Create says whether an object is made.
type Create struct {
	Create bool `yaml:"create"`
}

// Resources of a container, in Kubernetes' notation.
type Resources struct {
	Requests Amounts `yaml:"requests"`
	Limits   Amounts `yaml:"limits"`
}

// Amounts of CPU and memory. An empty CPU is none.
type Amounts struct {
	CPU    string `yaml:"cpu,omitempty"`
	Memory string `yaml:"memory"`
}

// PodSecurity is the part of a pod's security context that the chart sets.
type PodSecurity struct {
	RunAsUser int `yaml:"runAsUser"`
	FSGroup   int `yaml:"fsGroup"`
}

// UserID is the part of a container's security context that the chart sets.
type UserID struct {
	RunAsUser int `yaml:"runAsUser"`
}

// Probe asks a path over HTTP. Times are in seconds.
type Probe struct {
	Enabled             bool   `yaml:"enabled"`
	Path                string `yaml:"path"`
	InitialDelaySeconds int    `yaml:"initialDelaySeconds"`
	PeriodSeconds       int    `yaml:"periodSeconds"`
	TimeoutSeconds      int    `yaml:"timeoutSeconds"`
	FailureThreshold    int    `yaml:"failureThreshold"`
	SuccessThreshold    int    `yaml:"successThreshold"`
}

// MongoDB is the chart's bundled one, always off.
type MongoDB struct {
	Enabled        bool    `yaml:"enabled"`
	Metrics        Enabled `yaml:"metrics"`
	ServiceMonitor Enabled `yaml:"serviceMonitor"`
}

// EnvVar is one variable of the main pod.
type EnvVar struct {
	Name  string `yaml:"name"`
	Value string `yaml:"value"`
}

// NATSSwitch turns the chart's NATS off and names the Secret with the address of
// another one. A nil Secret with Enabled false is no NATS at all.
type NATSSwitch struct {
	Enabled        bool       `yaml:"enabled"`
	ExistingSecret *SecretKey `yaml:"existingSecret,omitempty"`
}

// SecretKey is one value of a Secret.
type SecretKey struct {
	Name string `yaml:"name"`
	Key  string `yaml:"key"`
}

// Microservices are those that the chart knows. Nil ones are not written.
type Microservices struct {
	Enabled       bool          `yaml:"enabled"`
	StreamHub     Enabled       `yaml:"streamHub"`
	DDPStreamer   *Microservice `yaml:"ddpStreamer,omitempty"`
	Presence      *Microservice `yaml:"presence,omitempty"`
	Account       *Microservice `yaml:"account,omitempty"`
	Authorization *Microservice `yaml:"authorization,omitempty"`
}

// Microservice is one of them.
type Microservice struct {
	Replicas  int       `yaml:"replicas"`
	Resources Resources `yaml:"resources"`
	Affinity  Affinity  `yaml:"affinity"`
}

// Affinity keeps pods of one kind apart.
type Affinity struct {
	PodAntiAffinity PodAntiAffinity `yaml:"podAntiAffinity"`
}

// PodAntiAffinity is the soft form: pods share a node where there is no other.
type PodAntiAffinity struct {
	Preferred []WeightedTerm `yaml:"preferredDuringSchedulingIgnoredDuringExecution"`
}

// WeightedTerm is one preference.
type WeightedTerm struct {
	Weight int         `yaml:"weight"`
	Term   PodAffinity `yaml:"podAffinityTerm"`
}

// PodAffinity says which pods and what must differ.
type PodAffinity struct {
	TopologyKey   string        `yaml:"topologyKey"`
	LabelSelector LabelSelector `yaml:"labelSelector"`
}

// LabelSelector selects pods by equal labels.
type LabelSelector struct {
	MatchLabels map[string]string `yaml:"matchLabels"`
}

// Service is how the pods are reached in the cluster.
type Service struct {
	Type        string            `yaml:"type"`
	Port        int               `yaml:"port"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

// Ingress is how users come in.
type Ingress struct {
	Enabled          bool              `yaml:"enabled"`
	IngressClassName string            `yaml:"ingressClassName,omitempty"`
	Path             string            `yaml:"path"`
	PathType         string            `yaml:"pathType"`
	Annotations      map[string]string `yaml:"annotations,omitempty"`
	TLS              []IngressTLS      `yaml:"tls"`
}

// IngressTLS is a certificate and the names it is for. Both empty is the
// certificate of the router itself.
type IngressTLS struct {
	SecretName string   `yaml:"secretName,omitempty"`
	Hosts      []string `yaml:"hosts,omitempty"`
}

// Scraping is where metrics are served.
type Scraping struct {
	Enabled bool `yaml:"enabled"`
	Port    int  `yaml:"port"`
	MSPort  int  `yaml:"msPort"`
}

// PodMonitor is how Prometheus' operator is told of them.
type PodMonitor struct {
	Enabled  bool   `yaml:"enabled"`
	Interval string `yaml:"interval"` // Prometheus duration
}
