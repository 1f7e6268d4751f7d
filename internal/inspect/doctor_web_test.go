package inspect

import (
	"testing"
	"testing/fstest"

	"rcgen/internal/doctor"
)

func TestDoctorAccount(t *testing.T) {
	for _, c := range []struct {
		name, user, password, admin, env string
		want                             doctor.Account
	}{
		{name: "environment", user: "probe", password: "p", admin: "ops", env: "ADMIN_PASSWORD=x\n",
			want: doctor.Account{Username: "probe", Password: "p"}},
		{name: "environment without a password", user: "probe", admin: "ops", env: "ADMIN_PASSWORD=x\n",
			want: doctor.Account{Username: "probe"}},
		{name: "made", admin: "ops", env: "GRAFANA_ADMIN_PASSWORD=other\nADMIN_PASSWORD=x1\n",
			want: doctor.Account{Username: "ops", Password: "x1"}},
		{name: "given", admin: "ops", env: "ADMIN_PASSWORD='a$b\\c'\r\n",
			want: doctor.Account{Username: "ops", Password: `a$b\c`}},
		{name: "with a comment", admin: "ops", env: "export ADMIN_PASSWORD=x1 # of ops\n",
			want: doctor.Account{Username: "ops", Password: "x1"}},
		{name: "as in YAML", admin: "ops", env: "ADMIN_PASSWORD: x1\n",
			want: doctor.Account{Username: "ops", Password: "x1"}},
		{name: "broken", admin: "ops", env: "ADMIN_PASSWORD=x1\nOTHER='open\n"},
		{name: "given with quotes", admin: "ops", env: `ADMIN_PASSWORD="it's \"\$5\\n\""`,
			want: doctor.Account{Username: "ops", Password: `it's "$5\n"`}},
		{name: "no admin", env: "ADMIN_PASSWORD=x\n"},
		{name: "no password", admin: "ops", env: "GRAFANA_ADMIN_PASSWORD=other\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv(doctorUser, c.user)
			t.Setenv(doctorPassword, c.password)
			if got := doctorAccount(fstest.MapFS{".env": {Data: []byte(c.env)}}, c.admin); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
	t.Setenv(doctorUser, "")
	if got := doctorAccount(fstest.MapFS{}, "ops"); got != (doctor.Account{}) {
		t.Errorf("without .env: got %+v", got)
	}
}
