// Package templates has the templates of the generated project. The tree mirrors the tree
// that is written; a name ending in .tmpl is rendered, any other is copied.
//
// What belongs here: text with the values of a page, scripts that containers run, and the
// tests of these scripts. What does not: decisions (generator), and dashboards and rules,
// which are built as data (generator/dashboards, generator/alerts).
package templates

import "embed"

// FS contains the templates. Names that begin with a dot are stored without it, since an
// embedded folder leaves them out: gitignore.tmpl becomes .gitignore. Folders with tests beside their
// scripts are listed by the endings of their files, so that no test gets in.
//
//go:embed *.tmpl *.json grafana loki nats otel-collector prometheus traefik
//go:embed alertmanager/*.sh alertmanager/*.tmpl mongodb/*.sh mongodb/*.js
var FS embed.FS
