package main

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// config is what the GF_* variables say.
type config struct {
	RootURL      *url.URL // ends with a slash
	FromSubPath  bool     // the path of RootURL is part of each request
	Addr         string
	Port         int
	User         string
	Password     string
	Provisioning string // directory
	Data         string // directory
}

func parseConfig(getenv func(string) string) (config, error) {
	text := func(name, fallback string) string {
		if v := getenv(name); v != "" {
			return v
		}
		return fallback
	}
	c := config{
		Addr:         getenv("GF_SERVER_HTTP_ADDR"),
		User:         text("GF_SECURITY_ADMIN_USER", "admin"),
		Password:     getenv("GF_SECURITY_ADMIN_PASSWORD"),
		Provisioning: text("GF_PATHS_PROVISIONING", "/etc/grafana/provisioning"),
		Data:         text("GF_PATHS_DATA", "/var/lib/grafana"),
	}
	var errs []error
	if c.Password == "" {
		// Grafana would take "admin", which no generated project may have
		errs = append(errs, errors.New("GF_SECURITY_ADMIN_PASSWORD: must not be empty"))
	}
	var err error
	if c.Port, err = strconv.Atoi(text("GF_SERVER_HTTP_PORT", "3000")); err != nil || c.Port < 0 || c.Port > 65535 {
		errs = append(errs, fmt.Errorf("GF_SERVER_HTTP_PORT: %q is not a port", getenv("GF_SERVER_HTTP_PORT")))
	}
	if c.FromSubPath, err = strconv.ParseBool(text("GF_SERVER_SERVE_FROM_SUB_PATH", "false")); err != nil {
		errs = append(errs, fmt.Errorf("GF_SERVER_SERVE_FROM_SUB_PATH: %w", err))
	}
	root := text("GF_SERVER_ROOT_URL", "http://localhost:3000/")
	c.RootURL, err = url.Parse(root)
	if err != nil || c.RootURL.Host == "" {
		return c, errors.Join(append(errs, fmt.Errorf("GF_SERVER_ROOT_URL: %q is not a URL", root))...)
	}
	c.RootURL.Path = strings.TrimSuffix(c.RootURL.Path, "/") + "/"
	return c, errors.Join(errs...)
}

// subPath is what each request's path begins with: "/grafana", or nothing.
func (c config) subPath() string {
	if !c.FromSubPath {
		return ""
	}
	return strings.TrimSuffix(c.RootURL.Path, "/")
}
