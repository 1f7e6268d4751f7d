package server

import (
	"crypto/rand"
	"log/slog"

	"github.com/xdg-go/scram"
	"go.mongodb.org/mongo-driver/v2/bson"

	"rcgen/e2e/standin/mongod/internal/fault"
	"rcgen/e2e/standin/mongod/internal/store"
)

// account is a user as it is kept: without the password.
type account struct {
	User       string `bson:"user"`
	DB         string `bson:"db"`
	Roles      []role `bson:"roles"`
	ID         []byte `bson:"userId"`
	Salt       []byte `bson:"salt"`
	Iterations int    `bson:"iterationCount"`
	StoredKey  []byte `bson:"storedKey"`
	ServerKey  []byte `bson:"serverKey"`
}

const (
	usersFile  = "users"
	mechanism  = "SCRAM-SHA-256"
	iterations = 15000 // scramSHA256IterationCount
	saltSize   = 28
)

// userBook is admin.system.users.
type userBook struct {
	all   []account
	store *store.Store
}

// userFile is the form on the disk.
type userFile struct {
	Users []account `bson:"users"`
}

func loadUsers(st *store.Store) (*userBook, error) {
	var f userFile
	if err := st.LoadState(usersFile, &f); err != nil {
		return nil, err
	}
	return &userBook{all: f.Users, store: st}, nil
}

func (b *userBook) find(name, db string) *account {
	for i := range b.all {
		if b.all[i].User == name && b.all[i].DB == db {
			return &b.all[i]
		}
	}
	return nil
}

func (b *userBook) add(a account) error {
	all := append(append([]account(nil), b.all...), a)
	if err := b.store.SaveState(usersFile, userFile{all}); err != nil {
		return err
	}
	b.all = all
	return nil
}

func (a *account) fullName() string { return a.User + "@" + a.DB }

func (a *account) roleDocs() bson.A {
	docs := bson.A{}
	for _, r := range a.Roles {
		docs = append(docs, bson.D{{Key: "role", Value: r.Name}, {Key: "db", Value: r.DB}})
	}
	return docs
}

// setPassword derives what SCRAM needs to check the password.
func (a *account) setPassword(password string) error {
	client, err := scram.SHA256.NewClient(a.User, password, "")
	if err != nil {
		return fault.BadValue.Errorf("the password cannot be prepared: %v", err)
	}
	a.ID, a.Salt, a.Iterations = make([]byte, 16), make([]byte, saltSize), iterations
	_, _ = rand.Read(a.ID) // never fails
	_, _ = rand.Read(a.Salt)
	keys, err := client.GetStoredCredentialsWithError(scram.KeyFactors{Salt: string(a.Salt), Iters: iterations})
	if err != nil {
		return err
	}
	a.StoredKey, a.ServerKey = keys.StoredKey, keys.ServerKey
	return nil
}

func (k *call) createUser() (bson.D, error) {
	if err := k.only("pwd", "roles", "mechanisms", "digestPassword", "customData"); err != nil {
		return nil, err
	}
	name, _ := k.body[0].Value.(string)
	password, given := k.get("pwd").(string)
	if name == "" {
		return nil, fault.BadValue.Errorf("User document needs 'user' field to be non-empty")
	}
	if !given {
		return nil, fault.BadValue.Errorf("Must provide a 'pwd' field for all user documents, except those with '$external' as the user's source db")
	}
	if password == "" {
		return nil, fault.BadValue.Errorf("Password cannot be empty")
	}
	a := account{User: name, DB: k.db}
	var err error
	if a.Roles, err = k.roles(); err != nil {
		return nil, err
	}
	if k.s.users.find(name, k.db) != nil {
		return nil, fault.UserExists.Errorf("User \"%s\" already exists", a.fullName())
	}
	if err := a.setPassword(password); err != nil {
		return nil, err
	}
	if err := k.s.users.add(a); err != nil {
		return nil, err
	}
	k.s.set.written()
	slog.Info("User created", "c", "ACCESS", "name", a.fullName())
	return bson.D{}, nil
}

func (k *call) roles() ([]role, error) {
	value, found := lookup(k.body, "roles")
	list, ok := value.(bson.A)
	if !found {
		return nil, missing(k.name, "roles")
	}
	if !ok {
		return nil, wrongType(k.name, "roles", "array")
	}
	var roles []role
	for _, each := range list {
		r := role{DB: k.db}
		switch v := each.(type) {
		case string:
			r.Name = v
		case bson.D:
			r.Name, _ = store.Get(v, "role").(string)
			r.DB, _ = store.Get(v, "db").(string)
		}
		if !r.known() {
			return nil, fault.RoleNotFound.Errorf("Could not find role: %s@%s", r.Name, r.DB)
		}
		roles = append(roles, r)
	}
	return roles, nil
}

func (k *call) usersInfo() (bson.D, error) {
	if err := k.only(); err != nil {
		return nil, err
	}
	found := bson.A{}
	show := func(a *account) {
		if a != nil {
			found = append(found, a.info())
		}
	}
	wanted, isList := k.body[0].Value.(bson.A)
	if !isList {
		wanted = bson.A{k.body[0].Value}
	}
	for _, each := range wanted {
		switch v := each.(type) {
		case string:
			show(k.s.users.find(v, k.db))
		case bson.D:
			name, _ := store.Get(v, "user").(string)
			db, _ := store.Get(v, "db").(string)
			show(k.s.users.find(name, db))
		case int32, int64, float64:
			for i := range k.s.users.all {
				if k.s.users.all[i].DB == k.db {
					show(&k.s.users.all[i])
				}
			}
		default:
			return nil, fault.BadValue.Errorf("User and role names must be either strings or objects")
		}
	}
	return bson.D{{Key: "users", Value: found}}, nil
}

func (a *account) info() bson.D {
	return bson.D{
		{Key: "_id", Value: a.DB + "." + a.User},
		{Key: "userId", Value: bson.Binary{Subtype: bson.TypeBinaryUUID, Data: a.ID}},
		{Key: "user", Value: a.User},
		{Key: "db", Value: a.DB},
		{Key: "roles", Value: a.roleDocs()},
		{Key: "mechanisms", Value: bson.A{mechanism}},
	}
}
