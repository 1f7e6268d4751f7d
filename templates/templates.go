// Package templates holds the templates of the generated project. The tree
// mirrors the tree that is written; a name ending in .tmpl is rendered, any
// other is copied.
package templates

import "embed"

// FS holds the templates. Names that begin with a dot are stored without it,
// since go:embed skips them: gitignore.tmpl becomes .gitignore.
//
//go:embed *.tmpl *.json alertmanager grafana loki mongodb nats otel-collector prometheus traefik
var FS embed.FS
