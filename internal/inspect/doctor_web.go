package inspect

import (
	"io/fs"
	"net"
	"os"

	"rcgen/generator/dotenv"
	"rcgen/generator/tree"
	"rcgen/internal/doctor"
)

// The account that doctor sends a message with. They are no options: other users of
// a machine see those.
const (
	doctorUser     = "RCGEN_DOCTOR_USER"
	doctorPassword = "RCGEN_DOCTOR_PASSWORD"
)

func webSources(dir string) doctor.WebSources {
	return doctor.WebSources{
		Dial:    (&net.Dialer{}).DialContext,
		Account: func(admin string) doctor.Account { return doctorAccount(os.DirFS(dir), admin) },
	}
}

// doctorAccount is the account in the environment, or else the first one of the
// project with its password in .env.
func doctorAccount(project fs.FS, admin string) doctor.Account {
	if user := os.Getenv(doctorUser); user != "" {
		return doctor.Account{Username: user, Password: os.Getenv(doctorPassword)}
	}
	text, err := tree.ReadRegular(project, tree.EnvFile)
	if admin == "" || err != nil {
		return doctor.Account{}
	}
	env, err := dotenv.Parse(text)
	if err != nil || env["ADMIN_PASSWORD"] == "" {
		return doctor.Account{}
	}
	return doctor.Account{Username: admin, Password: env["ADMIN_PASSWORD"]}
}
