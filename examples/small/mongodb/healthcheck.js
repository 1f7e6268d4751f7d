// The healthcheck of the MongoDB container. Docker runs it every few seconds as
//   mongosh --quiet --norc --nodb /etc/rcgen/healthcheck.js
// It makes the database usable and says whether it is: it initiates the replica set, creates
// the users that are missing, and ends with 0 only when this member is a writable primary and
// the users exist. Otherwise it ends with 1 and ONE line that says what is going on.
//
// Why in the healthcheck: nothing else runs inside the container after mongod has started,
// and the first steps are allowed only from inside (the localhost exception). Every step looks
// first and does only what is missing, so a run that was killed anywhere is taken up by the
// next one, and a run that finds all in order sends two read commands and nothing else.
//
// Style: plain synchronous calls. mongosh awaits its own API by rewriting this file, which it
// cannot do inside class constructors or generators, so there are none.

const SET_NAME = 'rs0';
const MEMBER_HOST = 'mongodb:27017';

// Loopback, because the localhost exception holds only there; directConnection, because a
// driver that looks for a primary would find none before the set is initiated; appName, so that
// these connections can be told apart in mongod's log.
const URI =
  'mongodb://127.0.0.1:27017/?directConnection=true&appName=rcgen-healthcheck' +
  '&serverSelectionTimeoutMS=3000&connectTimeoutMS=3000&socketTimeoutMS=5000';

const ROOT = {
  user: 'root',
  variable: 'MONGODB_ROOT_PASSWORD',
  roles: [{ role: 'root', db: 'admin' }],
};

const OTHER_USERS = [
  {
    // clusterMonitor: Rocket.Chat reads the version of MongoDB with it.
    user: 'rocketchat',
    variable: 'MONGODB_APP_PASSWORD',
    roles: [{ role: 'readWrite', db: 'rocketchat' }, { role: 'clusterMonitor', db: 'admin' }],
  },
  {
    // read on local: the exporter measures the oplog.
    user: 'exporter',
    variable: 'MONGODB_EXPORTER_PASSWORD',
    roles: [{ role: 'clusterMonitor', db: 'admin' }, { role: 'read', db: 'local' }],
  },
];

// mongo/src/mongo/base/error_codes.yml; 51003 is in user_management_commands.cpp.
const UNAUTHORIZED = 13;
const AUTHENTICATION_FAILED = 18;
const ALREADY_INITIALIZED = 23;
const NOT_YET_INITIALIZED = 94;
const DUPLICATE_KEY = 11000;
const USER_ALREADY_EXISTS = 51003;

// Docker gives up after 20 s, and a killed run can say nothing. All waiting together ends
// 11 s after the start, which leaves room for a slow command and for mongosh itself.
const LAST_WAIT = Date.now() + 11000;
const CONFIG_WAIT_MS = 3000;
const POLL_MS = 250;

const WRONG_ROOT_PASSWORD =
  'the root password in .env is not the one this database was made with: ' +
  'restore the .env that belongs to this volume';

// stop ends the run: the message is what the person who looks is told.
function stop(message) {
  const error = new Error(message);
  error.isVerdict = true;
  throw error;
}

function reason(error) {
  return `${error.codeName || error.name}: ${error.message}`;
}

function passwordOf(account) {
  const value = process.env[account.variable];
  if (!value) {
    stop(`${account.variable} is empty: set it in .env`);
  }
  return value;
}

// printable makes one line of any text and takes the passwords out of it: a message of the
// driver may quote the address it was given, login included.
function printable(text) {
  let line = String(text).replace(/\s+/g, ' ').trim();
  for (const account of [ROOT, ...OTHER_USERS]) {
    const secret = process.env[account.variable];
    if (secret) {
      line = line.split(secret).join('***').split(encodeURIComponent(secret)).join('***');
    }
  }
  return line;
}

// connectionFailed tells a mongod that is not up yet, which is usual for some seconds, from one
// that answers and refuses, and from an address the driver cannot use.
function connectionFailed(error) {
  if (/Network|ServerSelection/.test(error.name)) {
    stop('mongod does not answer yet');
  }
  stop(`no connection to mongod: ${reason(error)}`);
}

function openWithoutLogin() {
  try {
    return connect(URI).getSiblingDB('admin');
  } catch (error) {
    return connectionFailed(error);
  }
}

// openAsRoot returns null when there is no such user or the password is another one: mongod
// does not tell the two apart. A connection of its own and no db.auth(): in the usual case,
// where the login works, it is the only one this run opens.
function openAsRoot() {
  try {
    return connect(URI, ROOT.user, passwordOf(ROOT)).getSiblingDB('admin');
  } catch (error) {
    return error.code === AUTHENTICATION_FAILED ? null : connectionFailed(error);
  }
}

function askHello(admin) {
  return admin.runCommand({ hello: 1 });
}

// waitFor asks again until the answer is wanted or the time is up; it returns the last answer.
function waitFor(admin, first, wanted, end) {
  let state = first;
  while (!wanted(state) && Date.now() < end) {
    sleep(POLL_MS);
    state = askHello(admin);
  }
  return state;
}

function stateName(admin, state) {
  if (state.secondary) {
    return 'SECONDARY';
  }
  try {
    const status = admin.runCommand({ replSetGetStatus: 1 });
    for (const member of status.members) {
      if (member.self) {
        return member.stateStr;
      }
    }
  } catch (error) {
    // Not to be had without a login, nor from a member that has no configuration: the general
    // word below has to do.
  }
  return 'starting or recovering';
}

// waitForConfig waits for a mongod that has just started and has not read its configuration.
function waitForConfig(admin, first) {
  return waitFor(admin, first, (hello) => hello.setName, Date.now() + CONFIG_WAIT_MS);
}

function waitForPrimary(admin, first) {
  const state = waitFor(admin, first, (hello) => hello.isWritablePrimary, LAST_WAIT);
  if (!state.isWritablePrimary) {
    stop(`member is ${stateName(admin, state)}, not primary yet`);
  }
  return state;
}

// initiate is allowed without a login while there are no users (manual, "Localhost Exception in
// Self-Managed Deployments"). Refused as unauthorized, it says that there are users, so the
// login that failed before failed because of the password.
function initiate(admin) {
  const config = { _id: SET_NAME, members: [{ _id: 0, host: MEMBER_HOST }] };
  try {
    admin.runCommand({ replSetInitiate: config });
  } catch (error) {
    if (error.code === UNAUTHORIZED) {
      stop(WRONG_ROOT_PASSWORD);
    }
    if (error.code !== ALREADY_INITIALIZED) {
      stop(`the replica set could not be initiated: ${reason(error)}`);
    }
  }
}

// createUser takes it for done when the user is there: two runs may be under way at once.
// db.createUser() and not the command: mongosh keeps its arguments out of its log.
function createUser(admin, account) {
  const { user, roles } = account;
  try {
    admin.createUser({ user, pwd: passwordOf(account), roles });
  } catch (error) {
    if (error.isVerdict || error.code === UNAUTHORIZED) {
      throw error;
    }
    if (error.code !== USER_ALREADY_EXISTS && error.code !== DUPLICATE_KEY) {
      stop(`the user ${user} could not be created: ${reason(error)}`);
    }
  }
}

// createRoot works through the localhost exception, which ends with the first user. Refused, it
// says that there are users: the login that follows tells whether another run has just made
// root or the password is wrong.
function createRoot(admin) {
  try {
    createUser(admin, ROOT);
  } catch (error) {
    if (error.code !== UNAUTHORIZED) {
      throw error;
    }
  }
}

// setUpRoot is for a database that does not know root: a new one, one whose setting up was
// interrupted, or one that was made with another .env.
function setUpRoot() {
  const admin = openWithoutLogin();
  let state = askHello(admin);
  if (!state.setName) {
    initiate(admin);
    state = waitForConfig(admin, askHello(admin));
  }
  if (!state.setName) {
    // The configuration cannot be read without a login, and to write one unread could take a
    // set of several members apart.
    stop(
      `the replica set in this volume does not contain ${MEMBER_HOST} and there is no user to ` +
      'change that with: see "Restore a Self-Managed Replica Set from MongoDB Backups" in the ' +
      'MongoDB manual'
    );
  }
  waitForPrimary(admin, state);
  createRoot(admin);
  return openAsRoot() || stop(WRONG_ROOT_PASSWORD);
}

function readConfig(admin) {
  try {
    return admin.runCommand({ replSetGetConfig: 1 }).config;
  } catch (error) {
    if (error.code === NOT_YET_INITIALIZED) {
      return null;
    }
    throw error;
  }
}

// renameMember gives the only member of the set the name it has in this project. By force where
// there is no primary to accept it (manual, replSetReconfig: "to restore a replica set to new
// servers with different hostnames"); with a primary the manual says not to.
function renameMember(admin, config, force) {
  config.version = Number(config.version) + 1;
  config.members[0].host = MEMBER_HOST;
  try {
    admin.runCommand({ replSetReconfig: config, force });
  } catch (error) {
    stop(`the member could not be renamed to ${MEMBER_HOST}: ${reason(error)}`);
  }
}

// rejoin is for a member that says it has no valid configuration. hello answers that both where
// there is none and where there is one that does not contain this member (state REMOVED:
// restored volume, other host name), see ReplicationCoordinatorImpl::_makeHelloResponse.
function rejoin(admin) {
  const config = readConfig(admin);
  if (config === null) {
    initiate(admin);
    return;
  }
  if (config._id !== SET_NAME) {
    stop(`this volume belongs to the replica set ${config._id}, not ${SET_NAME}: left alone`);
  }
  if (config.members.length !== 1) {
    stop(
      `the replica set in this volume has ${config.members.length} members and ${MEMBER_HOST} ` +
      'is none of them: left alone, change it with rs.reconfig()'
    );
  }
  renameMember(admin, config, true);
}

// settleMembership returns hello's answer once this member is a writable primary.
function settleMembership(admin) {
  let state = waitForConfig(admin, askHello(admin));
  if (!state.setName) {
    rejoin(admin);
    state = askHello(admin);
  }
  return waitForPrimary(admin, state);
}

// settleName is for a primary under another name, which clients cannot resolve: they take the
// names of the members from the set and not from their own address. A set of several members
// is a person's own and works as it is.
function settleName(admin, state) {
  if (state.me === MEMBER_HOST) {
    return `ok: ${MEMBER_HOST} is the writable primary and the users exist`;
  }
  const config = readConfig(admin);
  if (config.members.length !== 1) {
    return `ok: writable primary of a set of ${config.members.length} members as ${state.me}, left as it is`;
  }
  renameMember(admin, config, false);
  waitForPrimary(admin, askHello(admin));
  return `ok: the member ${state.me} is now ${MEMBER_HOST}, writable primary, and the users exist`;
}

// Passwords of users that exist are never changed: a healthcheck that did would undo what a
// person changed by hand, every ten seconds.
function createMissingUsers(admin) {
  const names = OTHER_USERS.map((account) => ({ user: account.user, db: 'admin' }));
  const found = admin.runCommand({ usersInfo: names }).users.map((entry) => entry.user);
  for (const account of OTHER_USERS) {
    if (!found.includes(account.user)) {
      createUser(admin, account);
    }
  }
}

function check() {
  for (const account of [ROOT, ...OTHER_USERS]) {
    passwordOf(account);
  }
  const admin = openAsRoot() || setUpRoot();
  const line = settleName(admin, settleMembership(admin));
  createMissingUsers(admin);
  return line;
}

function run() {
  try {
    return { code: 0, line: check() };
  } catch (error) {
    return { code: 1, line: error.isVerdict ? error.message : `the check failed: ${reason(error)}` };
  }
}

const outcome = run();
print(printable(outcome.line));
quit(outcome.code);
