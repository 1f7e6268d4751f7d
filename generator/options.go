package generator

// Options are the choices of rcgen.yaml that change no sizes.
type Options struct {
	Timezone   string     `yaml:"timezone,omitempty"`  // name of the tz database; empty: UTC
	LogLevel   string     `yaml:"log_level,omitempty"` // one of LogLevels; empty: info
	Uploads    Uploads    `yaml:"uploads,omitempty"`
	SMTP       SMTP       `yaml:"smtp,omitempty"`
	Admin      Admin      `yaml:"admin,omitempty"` // empty: the setup wizard asks
	Alerts     Alerts     `yaml:"alerts,omitempty"`
	Monitoring Monitoring `yaml:"monitoring,omitempty"`
	RocketChat Extra      `yaml:"rocketchat,omitempty"`
}

// Storages of uploaded files. FileSystem is Rocket.Chat's third; a replica's disk
// is not the others'.
const (
	UploadsGridFS     = "gridfs"
	UploadsS3         = "s3"
	UploadsFileSystem = "filesystem"
)

// Uploads says where uploaded files are kept.
type Uploads struct {
	Storage   string `yaml:"storage,omitempty"`    // UploadsGridFS, UploadsS3 or UploadsFileSystem; empty: UploadsGridFS
	Bucket    string `yaml:"bucket,omitempty"`     // required with UploadsS3
	Region    string `yaml:"region,omitempty"`     // required by AWS
	Endpoint  string `yaml:"endpoint,omitempty"`   // URL of the service; empty: AWS
	PathStyle bool   `yaml:"path_style,omitempty"` // bucket in the URL's path, not in its host name
	Direct    bool   `yaml:"direct,omitempty"`     // clients fetch files from the bucket, not through Rocket.Chat
}

// Ways in which mail is protected on its way to the SMTP server.
const (
	SMTPStartTLS = "starttls"
	SMTPTLS      = "tls"
	SMTPPlain    = "off"
)

// SMTP is a mail server. Its password is SMTP_PASSWORD in .env.
type SMTP struct {
	Host     string `yaml:"host,omitempty"`     // host name
	Port     int    `yaml:"port,omitempty"`     // TCP port; 0: 587, or 465 with SMTPTLS
	TLS      string `yaml:"tls,omitempty"`      // SMTPStartTLS, SMTPTLS or SMTPPlain; empty: SMTPStartTLS
	Username string `yaml:"username,omitempty"` // empty: no login
	From     string `yaml:"from,omitempty"`     // sender's address
}

// Admin is the first account. Its password is ADMIN_PASSWORD in .env, made once.
type Admin struct {
	Username string `yaml:"username,omitempty"` // login name
	Name     string `yaml:"name,omitempty"`     // displayed name; empty: Username
	Email    string `yaml:"email,omitempty"`
}

// Receivers of alerts.
const (
	AlertRocketChat = "rocketchat"
	AlertWebhook    = "webhook"
	AlertEmail      = "email"
)

// Alerts says who is told. The URL of a webhook is ALERT_URL in .env.
type Alerts struct {
	Receiver string `yaml:"receiver,omitempty"` // AlertRocketChat, AlertWebhook or AlertEmail; empty: none
	To       string `yaml:"to,omitempty"`       // e-mail address, with AlertEmail
}

// Monitoring says what is watched beside the metrics.
type Monitoring struct {
	Logs *bool `yaml:"logs,omitempty"` // keep containers' logs in Loki; nil: the profile's choice
}

// Extra is more for Rocket.Chat.
type Extra struct {
	Env map[string]string `yaml:"env,omitempty"` // environment variables; ${NAME} refers to .env, $$ is a dollar
}
