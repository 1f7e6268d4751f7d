package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httputil"
	"strings"
)

// server answers requests.
type server struct {
	cfg    config
	files  *provisioning
	secret string // hash of the admin's password
}

func newServer(cfg config, p *provisioning, secret string) *server {
	return &server{cfg: cfg, files: p, secret: secret}
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/health", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"database": "ok", "version": "12.0.2", "commit": "stand-in"})
	})
	// without a login, as Grafana's metrics are unless it is told otherwise
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, `grafana_build_info{version="12.0.2",edition="oss"} 1`)
	})
	mux.HandleFunc("GET /login", s.login)
	mux.HandleFunc("GET /api/datasources", s.signedIn(s.datasources))
	mux.HandleFunc("GET /api/datasources/uid/{uid}", s.signedIn(s.datasource))
	mux.HandleFunc("/api/datasources/proxy/uid/{uid}/", s.signedIn(s.proxy))
	mux.HandleFunc("GET /api/search", s.signedIn(s.search))
	mux.HandleFunc("GET /api/dashboards/uid/{uid}", s.signedIn(s.dashboard))
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusNotFound, problem("Not found"))
	})
	mux.HandleFunc("/", s.page)
	return s.underSubPath(mux)
}

// underSubPath takes the sub path off. The API answers without it as well, every
// other path is sent to the public address.
func (s *server) underSubPath(next http.Handler) http.Handler {
	sub := s.cfg.subPath()
	inside := http.StripPrefix(sub, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case sub == "" || strings.HasPrefix(r.URL.Path, "/api/"):
			next.ServeHTTP(w, r)
		case r.URL.Path == sub:
			http.Redirect(w, r, s.cfg.RootURL.Path, http.StatusFound)
		case strings.HasPrefix(r.URL.Path, sub+"/"):
			inside.ServeHTTP(w, r)
		default:
			to := s.cfg.RootURL.String() + strings.TrimPrefix(r.URL.RequestURI(), "/")
			http.Redirect(w, r, to, http.StatusMovedPermanently)
		}
	})
}

func (s *server) login(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	fmt.Fprintf(w, "<!DOCTYPE html><html><head><base href=%q><title>Grafana (stand-in)</title></head>"+
		"<body><h1>Grafana (stand-in)</h1><p>The API takes basic auth.</p></body></html>\n", s.cfg.RootURL.Path)
}

// page sends a browser to the login; a dashboard's address has no page here.
func (s *server) page(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" {
		http.NotFound(w, r)
		return
	}
	http.Redirect(w, r, s.cfg.subPath()+"/login", http.StatusFound)
}

func (s *server) datasources(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, append([]datasource{}, s.files.Datasources...))
}

func (s *server) datasource(w http.ResponseWriter, r *http.Request) {
	d := s.files.datasource(r.PathValue("uid"))
	if d == nil {
		writeJSON(w, http.StatusNotFound, problem("Data source not found"))
		return
	}
	writeJSON(w, http.StatusOK, d)
}

// proxy hands a query to the datasource, without the client's credentials.
func (s *server) proxy(w http.ResponseWriter, r *http.Request) {
	d := s.files.datasource(r.PathValue("uid"))
	if d == nil {
		writeJSON(w, http.StatusNotFound, problem("Unable to find datasource"))
		return
	}
	p := httputil.ReverseProxy{
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.SetURL(d.target)
			pr.Out.Header.Del("Authorization")
			pr.Out.Header.Del("Cookie")
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			writeJSON(w, http.StatusBadGateway, problem(err.Error()))
		},
	}
	http.StripPrefix("/api/datasources/proxy/uid/"+d.UID, &p).ServeHTTP(w, r)
}

// search lists dashboards; "query" is a part of the title.
func (s *server) search(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	hits := []map[string]any{}
	for i, d := range s.files.Dashboards {
		if kind := q.Get("type"); kind != "" && kind != "dash-db" ||
			!strings.Contains(strings.ToLower(d.Title), strings.ToLower(q.Get("query"))) {
			continue
		}
		hits = append(hits, map[string]any{
			"id": i + 1, "uid": d.UID, "title": d.Title, "url": s.address(d), "type": "dash-db",
			"tags": append([]string{}, d.Tags...), "folderTitle": d.Folder,
		})
	}
	writeJSON(w, http.StatusOK, hits)
}

func (s *server) dashboard(w http.ResponseWriter, r *http.Request) {
	for _, d := range s.files.Dashboards {
		if d.UID == r.PathValue("uid") {
			writeJSON(w, http.StatusOK, map[string]any{
				"meta": map[string]any{
					"type": "db", "provisioned": true, "provisionedExternalId": d.File,
					"folderTitle": d.Folder, "url": s.address(d),
				},
				"dashboard": d.JSON,
			})
			return
		}
	}
	writeJSON(w, http.StatusNotFound, problem("Dashboard not found"))
}

// address is the path of a dashboard in the browser.
func (s *server) address(d dashboard) string {
	slug := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(d.Title))
	return s.cfg.subPath() + "/d/" + d.UID + "/" + slug
}

func problem(message string) map[string]string { return map[string]string{"message": message} }

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}
