package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// dashboard is a file of a provider's directory.
type dashboard struct {
	UID    string
	Title  string
	Tags   []string
	Folder string
	File   string // relative to the provider's directory
	JSON   json.RawMessage
}

// model is the part of a dashboard's JSON that is checked.
type model struct {
	UID        string   `json:"uid"`
	Title      string   `json:"title"`
	Tags       []string `json:"tags"`
	Panels     []panel  `json:"panels"`
	Templating struct {
		List []variable `json:"list"`
	} `json:"templating"`
	Annotations struct {
		List []struct {
			Name       string          `json:"name"`
			Datasource json.RawMessage `json:"datasource"`
		} `json:"list"`
	} `json:"annotations"`
}

type panel struct {
	ID         int             `json:"id"`
	Title      string          `json:"title"`
	Type       string          `json:"type"`
	Datasource json.RawMessage `json:"datasource"`
	Targets    []struct {
		RefID      string          `json:"refId"`
		Datasource json.RawMessage `json:"datasource"`
	} `json:"targets"`
	Panels []panel `json:"panels"` // of a row
}

type variable struct {
	Name       string          `json:"name"`
	Type       string          `json:"type"`
	Datasource json.RawMessage `json:"datasource"`
}

func (p *provisioning) readDashboards(v provider) error {
	return filepath.WalkDir(v.Options.Path, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("provider %q: %w", v.Name, err)
		}
		if e.IsDir() || filepath.Ext(name) != ".json" {
			return nil
		}
		d, err := p.readDashboard(name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		d.Folder = v.Folder
		if d.File, err = filepath.Rel(v.Options.Path, name); err != nil {
			return err
		}
		p.Dashboards = append(p.Dashboards, d)
		return nil
	})
}

func (p *provisioning) readDashboard(name string) (dashboard, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return dashboard{}, err
	}
	var m model
	if err := json.Unmarshal(data, &m); err != nil {
		return dashboard{}, err
	}
	if m.UID == "" || m.Title == "" {
		return dashboard{}, errors.New("uid and title are needed")
	}
	for _, other := range p.Dashboards {
		if other.UID == m.UID {
			return dashboard{}, fmt.Errorf("uid %q is taken by %s", m.UID, other.File)
		}
	}
	d := dashboard{UID: m.UID, Title: m.Title, Tags: m.Tags, JSON: data}
	return d, p.checkReferences(m)
}

// checkReferences looks at every place that names a datasource.
func (p *provisioning) checkReferences(m model) error {
	var chosen []string // variables that stand for a datasource
	for _, v := range m.Templating.List {
		if v.Type == "datasource" {
			chosen = append(chosen, v.Name)
		}
	}
	for _, v := range m.Templating.List {
		if err := p.checkReference(v.Datasource, chosen); err != nil {
			return fmt.Errorf("variable %q: %w", v.Name, err)
		}
	}
	for _, a := range m.Annotations.List {
		if err := p.checkReference(a.Datasource, chosen); err != nil {
			return fmt.Errorf("annotation %q: %w", a.Name, err)
		}
	}
	return p.checkPanels(m.Panels, chosen)
}

func (p *provisioning) checkPanels(panels []panel, chosen []string) error {
	ids := map[int]bool{}
	for _, x := range panels {
		if ids[x.ID] && x.ID != 0 {
			return fmt.Errorf("panel %q: id %d is taken", x.Title, x.ID)
		}
		ids[x.ID] = true
		if err := p.checkReference(x.Datasource, chosen); err != nil {
			return fmt.Errorf("panel %q: %w", x.Title, err)
		}
		for _, t := range x.Targets {
			if err := p.checkReference(t.Datasource, chosen); err != nil {
				return fmt.Errorf("panel %q, target %s: %w", x.Title, t.RefID, err)
			}
		}
		if err := p.checkPanels(x.Panels, chosen); err != nil {
			return err
		}
	}
	return nil
}

// checkReference takes the forms a datasource may have: nothing, a name or uid, or
// an object with a uid.
func (p *provisioning) checkReference(raw json.RawMessage, chosen []string) error {
	if len(raw) == 0 || string(raw) == "null" {
		return p.checkDefault()
	}
	var ref struct{ Type, UID string }
	if json.Unmarshal(raw, &ref.UID) != nil {
		if err := json.Unmarshal(raw, &ref); err != nil {
			return fmt.Errorf("datasource: %w", err)
		}
	}
	if name, ok := strings.CutPrefix(ref.UID, "$"); ok {
		if name = strings.Trim(name, "{}"); !slices.Contains(chosen, name) {
			return fmt.Errorf("datasource %q: no such variable", ref.UID)
		}
		return nil
	}
	if slices.Contains([]string{"grafana", "-- Grafana --", "-- Mixed --", "-- Dashboard --"}, ref.UID) {
		return nil // built in
	}
	for _, d := range p.Datasources {
		if d.UID == ref.UID || d.Name == ref.UID {
			if ref.Type != "" && ref.Type != d.Type {
				return fmt.Errorf("datasource %q is of type %s and not %s", ref.UID, d.Type, ref.Type)
			}
			return nil
		}
	}
	return fmt.Errorf("datasource %q is not provisioned", ref.UID)
}

// checkDefault holds where nothing is named: rows and text panels need none, but a
// dashboard without any datasource to fall back on is a mistake.
func (p *provisioning) checkDefault() error {
	for _, d := range p.Datasources {
		if d.IsDefault {
			return nil
		}
	}
	return errors.New("no datasource is named and none is the default")
}
