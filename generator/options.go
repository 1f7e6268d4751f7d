package generator

// Options are the choices of rcgen.yaml that change no sizes.
type Options struct {
	Timezone   string     `yaml:"timezone,omitempty"`   // time zone of logs and of Rocket.Chat's daily jobs: a name of the tz database; empty = UTC
	LogLevel   string     `yaml:"log_level,omitempty"`  // how much Rocket.Chat and Traefik log: error, info or debug; empty = info
	Uploads    Uploads    `yaml:"uploads,omitempty"`    // where uploaded files are kept
	SMTP       SMTP       `yaml:"smtp,omitempty"`       // server through which Rocket.Chat and Alertmanager send mail: its password is SMTP_PASSWORD in .env
	Admin      Admin      `yaml:"admin,omitempty"`      // first account, made at the first start: its password is ADMIN_PASSWORD in .env; empty = the setup wizard asks
	Alerts     Alerts     `yaml:"alerts,omitempty"`     // who is told when an alert fires
	Monitoring Monitoring `yaml:"monitoring,omitempty"` // what is watched beside the metrics
	RocketChat Extra      `yaml:"rocketchat,omitempty"` // more for Rocket.Chat
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
	Storage   string `yaml:"storage,omitempty"`    // storage of uploaded files: gridfs (in MongoDB), s3 (any S3-compatible service) or filesystem (a volume, for one instance only); empty = gridfs
	Bucket    string `yaml:"bucket,omitempty"`     // name of the bucket: s3 needs it
	Region    string `yaml:"region,omitempty"`     // region of the bucket: AWS needs it
	Endpoint  string `yaml:"endpoint,omitempty"`   // URL of an S3-compatible service other than AWS
	PathStyle bool   `yaml:"path_style,omitempty"` // name the bucket in the path of the URL instead of the host name, as MinIO wants it
	Direct    bool   `yaml:"direct,omitempty"`     // let clients fetch files from the bucket's own address, which they must reach, instead of through Rocket.Chat
}

// Ways in which mail is protected on its way to the SMTP server.
const (
	SMTPStartTLS = "starttls"
	SMTPTLS      = "tls"
	SMTPPlain    = "off"
)

// SMTP is a mail server. Its password is SMTP_PASSWORD in .env.
type SMTP struct {
	Host     string `yaml:"host,omitempty"`     // host name of the mail server
	Port     int    `yaml:"port,omitempty"`     // TCP port of the mail server; empty = 587, or 465 with tls: tls
	TLS      string `yaml:"tls,omitempty"`      // how mail is protected on its way to the server: starttls, tls (from the first byte) or off; empty = starttls
	Username string `yaml:"username,omitempty"` // login name at the mail server; empty = no login
	From     string `yaml:"from,omitempty"`     // sender's address
}

// Admin is the first account. Its password is ADMIN_PASSWORD in .env, made once.
type Admin struct {
	Username string `yaml:"username,omitempty"` // login name of the account
	Name     string `yaml:"name,omitempty"`     // name that is shown; empty = the login name
	Email    string `yaml:"email,omitempty"`    // e-mail address of the account
}

// Receivers of alerts.
const (
	AlertRocketChat = "rocketchat"
	AlertWebhook    = "webhook"
	AlertEmail      = "email"
)

// Alerts says who is told. The URL of a webhook is ALERT_URL in .env.
type Alerts struct {
	Receiver string `yaml:"receiver,omitempty"` // who gets alerts: rocketchat (an incoming webhook), webhook (Alertmanager's own format) or email, where ALERT_URL in .env is the URL of either webhook; empty = nobody
	To       string `yaml:"to,omitempty"`       // address that alerts are mailed to, with receiver email: smtp names the server
}

// Monitoring says what is watched beside the metrics.
type Monitoring struct {
	Logs *bool `yaml:"logs,omitempty"` // keep the containers' logs in Loki; empty = the profile's choice: on in medium and large
}

// Extra is more for Rocket.Chat.
type Extra struct {
	Env map[string]string `yaml:"env,omitempty"` // environment variables of Rocket.Chat: ${NAME} refers to .env, $$ is a dollar, and a name that Rocket.Chat does not know is a warning
}
