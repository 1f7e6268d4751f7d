package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v4"
)

// provisioning is what the files describe, all of it checked.
type provisioning struct {
	Datasources []datasource
	Dashboards  []dashboard
}

// datasource is an entry of datasources/*.yaml.
type datasource struct {
	Name            string         `yaml:"name" json:"name"`
	UID             string         `yaml:"uid" json:"uid"`
	Type            string         `yaml:"type" json:"type"`
	Access          string         `yaml:"access" json:"access"`
	URL             string         `yaml:"url" json:"url"`
	OrgID           int            `yaml:"orgId" json:"orgId"`
	IsDefault       bool           `yaml:"isDefault" json:"isDefault"`
	User            string         `yaml:"user" json:"user"`
	Database        string         `yaml:"database" json:"database"`
	BasicAuth       bool           `yaml:"basicAuth" json:"basicAuth"`
	BasicAuthUser   string         `yaml:"basicAuthUser" json:"basicAuthUser"`
	WithCredentials bool           `yaml:"withCredentials" json:"withCredentials"`
	JSONData        map[string]any `yaml:"jsonData" json:"jsonData"`
	SecureJSONData  map[string]any `yaml:"secureJsonData" json:"-"`
	Version         int            `yaml:"version" json:"version"`
	Editable        bool           `yaml:"editable" json:"-"`
	ReadOnly        bool           `yaml:"-" json:"readOnly"`

	target *url.URL
}

// datasourceFile is a file of datasources/.
type datasourceFile struct {
	APIVersion  int          `yaml:"apiVersion"`
	Datasources []datasource `yaml:"datasources"`
	Delete      []struct {
		Name  string `yaml:"name"`
		OrgID int    `yaml:"orgId"`
	} `yaml:"deleteDatasources"`
	Prune bool `yaml:"prune"`
}

// provider is an entry of dashboards/*.yaml: a directory of dashboards.
type provider struct {
	Name                  string `yaml:"name"`
	OrgID                 int    `yaml:"orgId"`
	Folder                string `yaml:"folder"`
	FolderUID             string `yaml:"folderUid"`
	Type                  string `yaml:"type"`
	DisableDeletion       bool   `yaml:"disableDeletion"`
	UpdateIntervalSeconds int    `yaml:"updateIntervalSeconds"`
	AllowUIUpdates        bool   `yaml:"allowUiUpdates"`
	Editable              bool   `yaml:"editable"`
	Options               struct {
		Path                      string `yaml:"path"`
		FoldersFromFilesStructure bool   `yaml:"foldersFromFilesStructure"`
	} `yaml:"options"`
}

type providerFile struct {
	APIVersion int        `yaml:"apiVersion"`
	Providers  []provider `yaml:"providers"`
}

// readProvisioning reads the directory and stops at the first mistake.
func readProvisioning(dir string) (*provisioning, error) {
	p := &provisioning{}
	if err := p.readDatasources(filepath.Join(dir, "datasources")); err != nil {
		return nil, err
	}
	files, err := yamlFiles(filepath.Join(dir, "dashboards"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, name := range files {
		var f providerFile
		if err := readYAML(name, &f); err != nil {
			return nil, err
		}
		for _, v := range f.Providers {
			if err := v.check(names); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			names = append(names, v.Name)
			if err := p.readDashboards(v); err != nil {
				return nil, err
			}
		}
	}
	return p, nil
}

func (p *provisioning) readDatasources(dir string) error {
	files, err := yamlFiles(dir)
	if err != nil {
		return err
	}
	for _, name := range files {
		var f datasourceFile
		if err := readYAML(name, &f); err != nil {
			return err
		}
		for _, d := range f.Datasources {
			if err := p.add(d); err != nil {
				return fmt.Errorf("%s: datasource %q: %w", name, d.Name, err)
			}
		}
	}
	return nil
}

func (p *provisioning) add(d datasource) error {
	if d.Name == "" || d.UID == "" || d.Type == "" || d.URL == "" {
		return errors.New("name, uid, type and url are needed")
	}
	if d.Access != "" && d.Access != "proxy" {
		return fmt.Errorf("access %q: the browser cannot reach the datasource", d.Access)
	}
	u, err := url.Parse(d.URL)
	if err != nil || u.Host == "" {
		return fmt.Errorf("url %q is not a URL", d.URL)
	}
	for _, other := range p.Datasources {
		switch {
		case other.UID == d.UID:
			return fmt.Errorf("uid %q is taken by %q", d.UID, other.Name)
		case other.Name == d.Name:
			return errors.New("the name is taken")
		case other.IsDefault && d.IsDefault:
			return fmt.Errorf("%q is the default already", other.Name)
		}
	}
	d.Access, d.target, d.ReadOnly = "proxy", u, !d.Editable
	p.Datasources = append(p.Datasources, d)
	return nil
}

func (p *provisioning) datasource(uid string) *datasource {
	for i := range p.Datasources {
		if p.Datasources[i].UID == uid {
			return &p.Datasources[i]
		}
	}
	return nil
}

func (v provider) check(taken []string) error {
	switch {
	case v.Name == "":
		return errors.New("a provider needs a name")
	case slices.Contains(taken, v.Name):
		return fmt.Errorf("provider %q is there twice", v.Name)
	case v.Type != "" && v.Type != "file":
		return fmt.Errorf("provider %q: type %q is unknown", v.Name, v.Type)
	case v.Options.Path == "":
		return fmt.Errorf("provider %q needs options.path", v.Name)
	}
	return nil
}

// yamlFiles lists a directory; one that is missing is a mistake of the project.
func yamlFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); ext == ".yaml" || ext == ".yml" {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files, nil
}

// readYAML refuses keys that the type does not have.
func readYAML(name string, into any) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil && !errors.Is(err, io.EOF) { // EOF: the file is empty
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
