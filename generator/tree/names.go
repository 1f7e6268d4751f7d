package tree

// RequestFile is the file that holds the Request.
const RequestFile = "rcgen.yaml"

// EnvFile holds the secrets of a project. Compose reads it by itself; .gitignore
// names it.
const EnvFile = ".env"

// EnvExample is a committed stand-in for EnvFile with plainly fake values, for
// checks where the secrets are not: `docker compose --env-file .env.example config`.
const EnvExample = ".env.example"

// ComposeFile is the Compose project that rcgen writes.
const ComposeFile = "compose.yaml"

// OverrideFile is written once, with examples, and is user-managed from then on.
const OverrideFile = "compose.override.yaml"

// OverrideFiles are the names under which Compose reads a person's own file
// after ComposeFile (docs.docker.com/compose, merge).
var OverrideFiles = []string{"compose.override.yaml", "compose.override.yml"}
