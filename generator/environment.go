package generator

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"rcgen/generator/fault"
	"rcgen/generator/strict"
	"rcgen/generator/tree"
	"rcgen/profiles"
)

// Variable is one environment variable of Rocket.Chat as compose.yaml has it.
type Variable struct{ Name, Value string }

// knownEnvironment is profiles/environment.yaml.
type knownEnvironment struct {
	Source string            `yaml:"source"`
	Known  []string          `yaml:"known"`
	Owned  map[string]string `yaml:"owned"` // name -> where it is set instead
}

func readEnvironment() (knownEnvironment, error) {
	const file = "environment.yaml"
	var known knownEnvironment
	data, err := fs.ReadFile(profiles.FS, file)
	if err == nil {
		err = strict.Decode(file, data, &known)
	}
	return known, err
}

// check refuses what is no name of a variable and what rcgen sets itself.
func (e Extra) check() error {
	if len(e.Env) == 0 {
		return nil
	}
	known, err := readEnvironment()
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(e.Env)) {
		if !isVariable(name) {
			return fault.New("rocketchat: env: %q is not the name of a variable", name).
				Fix("letters, digits and _, beginning with a letter")
		}
		if place, owned := known.Owned[name]; owned {
			return fault.New("rocketchat: env: %s is set by rcgen", name).Fix("the place for it: " + place)
		}
	}
	return nil
}

// checkEnvOnce refuses a variable under rocketchat.env that an option sets already.
func (r Request) checkEnvOnce() error {
	options := r
	options.RocketChat = Extra{}
	for _, v := range options.Environment() {
		if _, twice := r.RocketChat.Env[v.Name]; twice {
			return fault.New("rocketchat: env: %s is set by another key of %s already", v.Name, tree.RequestFile).
				Fix("leave one of the two out")
		}
	}
	return nil
}

func isVariable(name string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
	return name != "" && strings.Contains(letters, name[:1]) && strings.Trim(name, letters+"0123456789") == ""
}

// unknown returns the variables that Rocket.Chat is not known to read. A name with
// small letters is a setting's, of which there are a thousand, apps' included.
func (e Extra) unknown() ([]string, error) {
	if len(e.Env) == 0 {
		return nil, nil
	}
	known, err := readEnvironment()
	var names []string
	for _, name := range slices.Sorted(maps.Keys(e.Env)) {
		if name == strings.ToUpper(name) && !slices.Contains(known.Known, name) {
			names = append(names, name)
		}
	}
	return names, err
}

// logLevels are Rocket.Chat's and Traefik's words for a level
// (docs.rocket.chat, settings, logs; doc.traefik.io, logs).
var logLevels = map[string]struct{ rocketchat, traefik string }{
	"error": {"0", "ERROR"},
	"info":  {"1", "INFO"},
	"debug": {"2", "DEBUG"},
}

// LogLevels returns the values of log_level, sorted.
func LogLevels() []string { return slices.Sorted(maps.Keys(logLevels)) }

func (r Request) logLevel() string { return cmp.Or(r.LogLevel, "info") }

const overwrite = "OVERWRITE_SETTING_"

// Environment returns the variables of Rocket.Chat that follow from the options of
// rcgen.yaml, in a fixed order. Secrets are references to .env, and rocketchat.env
// may hold such references too: there $$ is a dollar, as in compose.yaml.
func (r Request) Environment() []Variable {
	var all []Variable
	if r.Timezone != "" {
		all = append(all, Variable{"TZ", r.Timezone})
	}
	if r.LogLevel != "" {
		all = append(all, Variable{overwrite + "Log_Level", logLevels[r.LogLevel].rocketchat})
	}
	all = append(all, r.Uploads.environment()...)
	all = append(all, r.SMTP.environment()...)
	all = append(all, r.Admin.environment()...)
	for _, name := range slices.Sorted(maps.Keys(r.RocketChat.Env)) {
		all = append(all, Variable{name, r.RocketChat.Env[name]})
	}
	return all
}

// storages are the names that Rocket.Chat has for them.
var storages = map[string]string{
	"": "GridFS", UploadsGridFS: "GridFS", UploadsS3: "AmazonS3", UploadsFileSystem: "FileSystem",
}

func (u Uploads) environment() []Variable {
	set := func(id, value string) Variable { return Variable{overwrite + "FileUpload_" + id, value} }
	all := []Variable{set("Storage_Type", storages[u.Storage])}
	switch u.Storage {
	case UploadsFileSystem:
		all = append(all, set("FileSystemPath", "/app/uploads"))
	case UploadsS3:
		proxied := strconv.FormatBool(!u.Direct) // else clients are sent to the bucket's address, which may be an inner one
		all = append(all,
			set("S3_Bucket", u.Bucket),
			set("S3_Region", literal(u.Region)),
			set("S3_AWSAccessKeyId", required(secretS3Key)),
			set("S3_AWSSecretAccessKey", required(secretS3Secret)),
			set("S3_BucketURL", literal(u.Endpoint)),
			set("S3_ForcePathStyle", strconv.FormatBool(u.PathStyle)),
			set("S3_SignatureVersion", "v4"),
			set("S3_Proxy_Avatars", proxied),
			set("S3_Proxy_Uploads", proxied))
	}
	return all
}

func (s SMTP) environment() []Variable {
	if s.Host == "" {
		return nil
	}
	set := func(id, value string) Variable { return Variable{overwrite + id, value} }
	protocol := "smtp"
	if s.TLS == SMTPTLS {
		protocol = "smtps"
	}
	all := []Variable{
		set("SMTP_Protocol", protocol),
		set("SMTP_Host", literal(s.Host)),
		set("SMTP_Port", strconv.Itoa(s.port())),
		set("SMTP_IgnoreTLS", strconv.FormatBool(s.TLS == SMTPPlain)),
		set("From_Email", literal(s.From)),
	}
	if s.Username != "" {
		all = append(all, set("SMTP_Username", literal(s.Username)), set("SMTP_Password", required(secretSMTP)))
	}
	return all
}

func (a Admin) environment() []Variable {
	if a.Username == "" {
		return nil
	}
	return []Variable{
		{"ADMIN_USERNAME", a.Username},
		{"ADMIN_NAME", literal(cmp.Or(a.Name, a.Username))},
		{"ADMIN_EMAIL", literal(a.Email)},
		{"ADMIN_EMAIL_VERIFIED", "true"},
		{"ADMIN_PASS", required(secretAdmin)},
		{overwrite + "Show_Setup_Wizard", "completed"}, // else the first page is the wizard
	}
}

// required refers to a variable of .env as Compose writes it.
func required(name string) string { return fmt.Sprintf("${%s:?is missing from .env}", name) }

// literal keeps Compose from taking a dollar for the beginning of a reference.
func literal(value string) string { return strings.ReplaceAll(value, "$", "$$") }
