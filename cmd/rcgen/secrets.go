package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"rcgen/generator"
	"rcgen/generator/fault"
	"rcgen/internal/project"
)

func secretFlag(to *[]string) cli.Flag {
	return listFlag(to, "secret", "`NAME=FILE`: put what a file holds into .env, like ROCKETCHAT_LICENSE=licence.txt")
}

// readSecrets reads the secrets that the user gives, by their names in .env: NAME=FILE
// each, and the file with a connection string, if there is one. They come in files,
// since other users of a machine see the options of a command.
func readSecrets(pairs []string, mongoURLFile *string) (map[string]string, error) {
	given := map[string]string{}
	for _, pair := range pairs {
		name, file, ok := strings.Cut(pair, "=")
		if !ok || name == "" || file == "" {
			return nil, flagError("secret", pair,
				"NAME=FILE, the name of the variable in .env and a file that holds its value alone")
		}
		if _, twice := given[name]; twice {
			return nil, flagError("secret", pair, "each name once")
		}
		value, err := readSecret(file)
		if err != nil {
			return nil, usageError{&fault.Error{What: fmt.Sprintf("--secret %s: %v", name, err),
				Hint: "name a file that holds the value and nothing else"}}
		}
		given[name] = value
	}
	if mongoURLFile == nil {
		return given, nil
	}
	file := *mongoURLFile
	if _, twice := given["MONGO_URL"]; twice {
		return nil, flagError("mongo-url-file", file, "no --secret MONGO_URL beside it")
	}
	url, err := readSecret(file)
	if err != nil {
		return nil, usageError{&fault.Error{What: fmt.Sprintf("--mongo-url-file %q: %v", file, err),
			Hint: "name a file that holds the connection string and nothing else"}}
	}
	if err := generator.CheckMongoURL(url); err != nil {
		return nil, usageError{err}
	}
	given["MONGO_URL"] = url
	return given, nil
}

// readSecret leaves out what editors and echo add: line ends around the value, and
// the mark that Windows begins a text with.
func readSecret(file string) (string, error) {
	data, err := project.ReadSmall(file)
	value := strings.Trim(strings.TrimPrefix(string(data), "\ufeff"), "\r\n")
	if err == nil && strings.TrimSpace(value) == "" {
		err = fmt.Errorf("%s: is empty", file)
	}
	return value, err
}
