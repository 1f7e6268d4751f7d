// Command grafana stands in for Grafana 12 where the real image cannot be had. It
// is not Grafana and shares no code with it: it reads the provisioning files of a
// generated project as Grafana does, refuses what Grafana would stumble over, and
// answers the few requests a test needs to see that dashboards are there and that
// their queries reach the datasource.
//
// What it models, and where that is described (paths of github.com/grafana/grafana):
//
//   - GF_* variables: conf/defaults.ini. Those it does not know are ignored.
//   - Provisioning of datasources and dashboards: pkg/services/provisioning. Grafana
//     logs some of the mistakes below and goes on; this program stops at each, with
//     status 1: broken YAML or JSON, an unknown key, a datasource without uid, type
//     or url, two defaults, a missing directory, a dashboard without uid or title, a
//     uid used twice, and a panel, target or variable whose datasource is not
//     provisioned.
//   - The sub path: pkg/middleware/subpath_redirect.go. A path outside of it, unless
//     it begins with /api, is redirected to GF_SERVER_ROOT_URL.
//   - The admin's password counts at the first start only (admin_password in
//     conf/defaults.ini); it is kept in the data directory, which must therefore be
//     writable, as Grafana's database must.
//   - The datasource proxy: pkg/api/pluginproxy/ds_proxy.go. The client's
//     credentials do not travel on.
//
// What it does not: render anything, sessions (requests carry basic auth),
// organisations, users but the admin, plugins, alerting, variables in provisioning
// files, and watching the files for changes.
package main
