package tree

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"rcgen/generator/fault"
)

// BaseFile keeps what rcgen made last of every generated file: the base that a
// person's edits and a new version are merged upon. It is committed.
const BaseFile = ".rcgen/base.gz"

// base is the content of BaseFile: path -> content.
type base map[string]string

// maxBase bounds what an archive may unfold to; rcgen's own are a hundredth of it
// (assumption).
const maxBase = 64 << 20

func readBase(current fs.FS) (base, error) {
	data, err := ReadRegular(current, BaseFile)
	if errors.Is(err, fs.ErrNotExist) {
		return base{}, nil
	}
	if err != nil {
		return nil, err
	}
	b, err := decodeBase(data)
	if err != nil {
		return nil, fault.New("%s: %v", BaseFile, err).
			Fix("take it back from git, or delete it: files that you edited are then offered anew instead of merged")
	}
	return b, nil
}

func decodeBase(data []byte) (base, error) {
	zip, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, errors.New("is not what rcgen wrote")
	}
	text, err := io.ReadAll(io.LimitReader(zip, maxBase+1))
	if err != nil || len(text) > maxBase {
		return nil, errors.New("is damaged")
	}
	var b base
	if err := json.Unmarshal(text, &b); err != nil {
		return nil, errors.New("is damaged")
	}
	return b, nil
}

// encode returns the archive. The same content gives the same bytes: JSON sorts
// its keys, and the header holds no time.
func (b base) encode() ([]byte, error) {
	text, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	zip, err := gzip.NewWriterLevel(&out, gzip.BestSpeed) // the best takes an eighth of a run and saves a fifth
	if err != nil {
		return nil, err
	}
	if _, err := zip.Write(text); err != nil {
		return nil, err
	}
	if err := zip.Close(); err != nil {
		return nil, fmt.Errorf("%s: %w", BaseFile, err)
	}
	return out.Bytes(), nil
}
