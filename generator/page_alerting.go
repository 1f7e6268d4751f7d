package generator

import (
	"cmp"
	"fmt"
)

// alerting is who is told of alerts and how: the configuration of Alertmanager.
type alerting struct {
	AlertReceiver string     // name of Alertmanager's receiver
	AlertsLeave   bool       // someone outside is told
	ByRocketChat  bool       // by an incoming webhook of Rocket.Chat
	ByWebhook     bool       // by a webhook in Alertmanager's own format
	ByEmail       bool       // by e-mail
	AlertSecrets  []Variable // Alertmanager's environment: references to .env
	SMTPAddress   string     // host:port of the mail server
	SMTPLogin     bool       // the mail server requires a name and a password
	SMTPStartTLS  bool       // no mail is sent if the server does not offer TLS
}

func newAlerting(r Request) alerting {
	a := alerting{
		AlertReceiver: cmp.Or(r.Alerts.Receiver, "nobody"),
		AlertsLeave:   r.Alerts.Receiver != "",
		ByRocketChat:  r.Alerts.Receiver == AlertRocketChat,
		ByWebhook:     r.Alerts.Receiver == AlertWebhook,
		ByEmail:       r.Alerts.Receiver == AlertEmail,
	}
	if a.ByRocketChat || a.ByWebhook {
		a.AlertSecrets = []Variable{{secretAlertURL, required(secretAlertURL)}}
	}
	if !a.ByEmail {
		return a
	}
	a.SMTPAddress = fmt.Sprintf("%s:%d", r.SMTP.Host, r.SMTP.port())
	a.SMTPStartTLS = cmp.Or(r.SMTP.TLS, SMTPStartTLS) == SMTPStartTLS
	if a.SMTPLogin = r.SMTP.Username != ""; a.SMTPLogin {
		a.AlertSecrets = []Variable{{secretSMTP, required(secretSMTP)}}
	}
	return a
}
