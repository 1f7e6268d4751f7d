// The healthcheck of the MongoDB container. Docker runs it every few seconds as
//   mongosh --quiet --norc --nodb /etc/mongodb/healthcheck.js
// It makes the database usable and says whether it is: it initiates the replica set, gives it
// the members that MONGODB_MEMBERS names, creates the users that are missing, and ends with 0
// only when this member is a writable primary and the users exist, or a secondary that has the
// data. Otherwise it ends with 1 and ONE line that says what is going on.
//
// All members run it. Only the first one of MONGODB_MEMBERS initiates the set and changes its
// members: two that did could make two sets, or undo each other's work. It has the higher
// priority, so it is the primary whenever it can be.
//
// Why in the healthcheck: nothing else runs inside the container after mongod has started,
// and the first steps are allowed only from inside (the localhost exception). Every step looks
// first and does only what is missing, so a run that was killed anywhere is taken up by the
// next one, and a run that finds all in order sends two read commands and nothing else.
//
// Style: plain synchronous calls. mongosh awaits its own API by rewriting this file, which it
// cannot do inside class constructors or generators, so there are none.

const SET_NAME = 'rs0';

// The members that this project wants, the first one first.
const NAMES = (process.env.MONGODB_MEMBERS || 'mongodb').split(',').map((name) => name.trim());
const MEMBERS = NAMES.map((name) => `${name}:27017`);
const FIRST = MEMBERS[0];

// Docker puts the host name of the container into its environment. A set of one knows its
// member anyway.
const MEMBER_HOST = MEMBERS.length === 1 ? FIRST : `${process.env.HOSTNAME}:27017`;

// directConnection, because a driver that looks for a primary would find none before the set is
// initiated; appName, so that these connections can be told apart in mongod's log.
const OPTIONS =
  '/?directConnection=true&appName=healthcheck' +
  '&serverSelectionTimeoutMS=3000&connectTimeoutMS=3000&socketTimeoutMS=5000';

// Loopback, because the localhost exception holds only there.
const URI = `mongodb://127.0.0.1:27017${OPTIONS}`;

const ROOT = {
  user: 'root',
  variable: 'MONGODB_ROOT_PASSWORD',
  roles: [{ role: 'root', db: 'admin' }],
};

const OTHER_USERS = [
  {
    // clusterMonitor: Rocket.Chat reads the version of MongoDB with it (serverStatus), which
    // readWrite does not allow.
    user: 'rocketchat',
    variable: 'MONGODB_APP_PASSWORD',
    roles: [{ role: 'readWrite', db: 'rocketchat' }, { role: 'clusterMonitor', db: 'admin' }],
  },
  {
    // Both roles as its README asks for (percona/mongodb_exporter, "Permissions"): read on
    // local for the oplog. Neither reads the chat.
    user: 'exporter',
    variable: 'MONGODB_EXPORTER_PASSWORD',
    roles: [{ role: 'clusterMonitor', db: 'admin' }, { role: 'read', db: 'local' }],
  },
  {
    // backup: all that mongodump needs, which is to read every database and the users. It
    // writes to none of them (manual, "Built-In Roles", backup).
    user: 'backup',
    variable: 'MONGODB_BACKUP_PASSWORD',
    roles: [{ role: 'backup', db: 'admin' }],
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

// Below socketTimeoutMS, so that mongod says what the change waits for.
const RECONFIG_MS = 4000;

// Above the 1 of the others (manual, "Adjust Priority for Self-Managed Replica Set Member").
const FIRST_PRIORITY = 2;

const WRONG_ROOT_PASSWORD =
  'the root password in .env is not the one this database was made with: ' +
  'restore the .env that belongs to this volume';

const WAITS_TO_BE_ADDED =
  'this member has no replica set yet: it waits to be added by the primary, and copies its data then';

const FORCE =
  `docker compose exec -e HOME=/tmp -e MONGODB_FORCE_MEMBERS=yes ${NAMES[0]} ` +
  'mongosh --quiet --norc --nodb /etc/mongodb/healthcheck.js';

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

// isOurs knows the members by the names that this project gives them, wanted now or not. A set
// with any other is a person's own and is left alone.
function isOurs(host) {
  const rest = host.startsWith(`${NAMES[0]}-`) ? host.slice(NAMES[0].length + 1) : '';
  return MEMBERS.includes(host) || /^[0-9]+:27017$/.test(rest);
}

// hostsIn has the members that hello names.
function hostsIn(state) {
  return [...(state.hosts || []), ...(state.passives || []), ...(state.arbiters || [])];
}

// unwantedIn has the members of this project's set that it does not want any more.
function unwantedIn(state) {
  const hosts = hostsIn(state);
  return hosts.every(isOurs) ? hosts.filter((host) => !MEMBERS.includes(host)) : [];
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

// isUsable is for a writable primary, and in a set of several for a secondary that has its data
// and knows a primary.
function isUsable(state) {
  const isSecondary = state.secondary && state.primary && state.me === MEMBER_HOST;
  return state.isWritablePrimary || (isSecondary && MEMBERS.length > 1 && hostsIn(state).every(isOurs));
}

function waitUntilUsable(admin, first) {
  const state = waitFor(admin, first, isUsable, LAST_WAIT);
  if (isUsable(state)) {
    return state;
  }
  if (MEMBER_HOST === FIRST && unwantedIn(state).length > 0) {
    return takeOver(admin, state);
  }
  const name = stateName(admin, state);
  if (MEMBERS.length > 1 && !state.secondary) {
    stop(`member is ${name}: a new member copies the data first (initial sync)`);
  }
  const isAlone = MEMBERS.length > 1 && !state.primary;
  return stop(`member is ${name}, ${isAlone ? 'and the set has no primary' : 'not primary'} yet`);
}

// reachable returns which of the hosts answer this member's heartbeats, or null where that is
// not to be had.
function reachable(admin, hosts) {
  try {
    const up = admin.runCommand({ replSetGetStatus: 1 }).members.filter((member) => member.health === 1);
    return hosts.filter((host) => up.some((member) => member.name === host));
  } catch (error) {
    return null;
  }
}

// takeOver is for the first member of a set that is to get smaller, while it is not primary.
// With the others there, its priority makes it primary, and it removes them. Without them there
// is no majority for that, and only force is left. It is not used unasked: what the others
// acknowledged while this member was down would be lost.
function takeOver(admin, state) {
  const unwanted = unwantedIn(state);
  const up = reachable(admin, unwanted);
  if (state.primary || up === null || up.length > 0) {
    stop(
      `member is ${stateName(admin, state)}: it becomes the primary and then removes ` +
      `${unwanted.join(' and ')}, let them run until it did`
    );
  }
  if (process.env.MONGODB_FORCE_MEMBERS !== 'yes') {
    stop(
      `${unwanted.join(' and ')} stopped before being removed from the replica set, which has no majority ` +
      'now: set the number of members back and start them again; or, if their data is lost for ' +
      `good, go on with the data of this member alone: ${FORCE}`
    );
  }
  const config = readConfig(admin);
  config.members = config.members.filter((member) => MEMBERS.includes(member.host));
  reconfigure(admin, config, true);
  return waitForPrimary(admin, askHello(admin));
}

function waitForPrimary(admin, first) {
  const state = waitFor(admin, first, (hello) => hello.isWritablePrimary, LAST_WAIT);
  if (!state.isWritablePrimary) {
    stop(`member is ${stateName(admin, state)}, not primary yet`);
  }
  return state;
}

// requireNewPeers keeps the first member from initiating a second set beside one that the others
// have, as after the loss of its own volume. Whether there is one can only be known when all
// of them answer.
function requireNewPeers() {
  for (const host of MEMBERS.slice(1)) {
    let state = null;
    try {
      state = askHello(connect(`mongodb://${host}${OPTIONS}`).getSiblingDB('admin'));
    } catch (error) {
      stop(`${host} does not answer yet: the replica set is initiated when all members do`);
    }
    if (state.setName) {
      stop(`${host} has the replica set already: this member waits to be taken in by it`);
    }
  }
}

// initiate is allowed without a login while there are no users (manual, "Localhost Exception in
// Self-Managed Deployments"). Refused as unauthorized, it says that there are users, so the
// login that failed before failed because of the password. It makes a set of one also where
// several are wanted: the rest is the same as for a set that grows.
function initiate(admin) {
  requireNewPeers();
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
// interrupted, a new member that has not copied the users yet, or one that was made with another
// .env.
function setUpRoot() {
  const admin = openWithoutLogin();
  let state = askHello(admin);
  if (!state.setName && MEMBER_HOST !== FIRST) {
    stop(WAITS_TO_BE_ADDED);
  }
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
  if (waitUntilUsable(admin, state).isWritablePrimary) {
    createRoot(admin);
  }
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

function reconfigure(admin, config, force) {
  config.version = Number(config.version) + 1;
  admin.runCommand({ replSetReconfig: config, force, maxTimeMS: RECONFIG_MS });
}

// renameMember gives the only member of the set the name it has in this project. By force where
// there is no primary to accept it (manual, replSetReconfig: "to restore a replica set to new
// servers with different hostnames"); with a primary the manual says not to.
function renameMember(admin, config, force) {
  config.members[0].host = MEMBER_HOST;
  try {
    reconfigure(admin, config, force);
  } catch (error) {
    stop(`the member could not be renamed to ${MEMBER_HOST}: ${reason(error)}`);
  }
}

// rejoin is for a member that says it has no valid configuration. hello answers that both where
// there is none and where there is one that does not contain this member (state REMOVED:
// restored volume, other host name, removed from the set), see
// ReplicationCoordinatorImpl::_makeHelloResponse.
function rejoin(admin) {
  const config = readConfig(admin);
  if (config !== null && config._id !== SET_NAME) {
    stop(`this volume belongs to the replica set ${config._id}, not ${SET_NAME}: left alone`);
  }
  if (MEMBER_HOST !== FIRST) {
    stop(WAITS_TO_BE_ADDED);
  }
  if (config === null) {
    initiate(admin);
    return;
  }
  if (config.members.length !== 1 || isOurs(config.members[0].host)) {
    stop(
      `the replica set in this volume has ${config.members.length} members and ${MEMBER_HOST} ` +
      'is none of them: left alone, change it with rs.reconfig()'
    );
  }
  renameMember(admin, config, true);
}

// settleMembership returns hello's answer once this member is of use.
function settleMembership(admin) {
  let state = waitForConfig(admin, askHello(admin));
  if (!state.setName) {
    rejoin(admin);
    state = askHello(admin);
  }
  return waitUntilUsable(admin, state);
}

// settleName is for a primary under another name, which clients cannot resolve: they take the
// names of the members from the set and not from their own address. A set of several members
// is a person's own and works as it is.
function settleName(admin, state) {
  if (state.me === MEMBER_HOST) {
    return `ok: ${MEMBER_HOST} is the writable primary and the users exist`;
  }
  if (MEMBER_HOST !== FIRST) {
    stop(`this member is the primary of another set, as ${state.me}: left alone, it cannot be added`);
  }
  const config = readConfig(admin);
  if (config.members.length !== 1) {
    return `ok: writable primary of a set of ${config.members.length} members as ${state.me}, left as it is`;
  }
  renameMember(admin, config, false);
  waitForPrimary(admin, askHello(admin));
  return `ok: the member ${state.me} is now ${MEMBER_HOST}, writable primary, and the users exist`;
}

// removal takes one unwanted member out of config and returns what that does; null where there
// is none. One that does not answer goes first: a change needs a majority of those who stay.
function removal(admin, config) {
  const unwanted = config.members.map((member) => member.host).filter((host) => !MEMBERS.includes(host));
  if (unwanted.length === 0) {
    return null;
  }
  const up = reachable(admin, unwanted) || unwanted;
  const gone = unwanted.find((host) => !up.includes(host)) || unwanted[0];
  config.members = config.members.filter((member) => member.host !== gone);
  return `${gone} could not be removed from the replica set, let it run until it is`;
}

// addition puts one missing member into config. With a vote at once, as the manual's "Add
// Members to a Self-Managed Replica Set" does: since MongoDB 5.0 it counts only after its first
// copy of the data ("Replica Set Member States", STARTUP2).
function addition(config) {
  const missing = MEMBERS.filter((host) => !config.members.some((member) => member.host === host));
  if (missing.length === 0) {
    return null;
  }
  const first = config.members.find((member) => member.host === FIRST);
  first.priority = Math.max(Number(first.priority === undefined ? 1 : first.priority), FIRST_PRIORITY);
  const id = Math.max(...config.members.map((member) => Number(member._id))) + 1;
  config.members.push({ _id: id, host: missing[0], priority: 1, votes: 1 });
  return `${missing[0]} is not added yet`;
}

// settleMembers makes the set the wanted one, a member at a time: mongod takes no more in one
// change (manual, replSetReconfig). What does not fit into the time is left to the next run.
function settleMembers(admin, state, line) {
  const hosts = hostsIn(state);
  const isWanted = hosts.length === MEMBERS.length && hosts.every((host) => MEMBERS.includes(host));
  if (MEMBER_HOST !== FIRST || isWanted || !hosts.every(isOurs)) {
    return line;
  }
  let remark = '';
  while (remark === '') {
    remark = changeMember(admin);
  }
  return line + (remark || '');
}

// changeMember makes one change and returns an empty remark; null when there is none to make. A
// member that cannot be added yet leaves the database as usable as it was, which takes a remark.
// One that must go has to be gone before its container is, so that is waited for.
function changeMember(admin) {
  const config = readConfig(admin);
  if (!config.members.every((member) => isOurs(member.host))) {
    return null;
  }
  const removing = removal(admin, config);
  const failure = removing || addition(config);
  if (!failure) {
    return null;
  }
  let why = 'the next check goes on';
  if (Date.now() < LAST_WAIT) {
    try {
      reconfigure(admin, config, false);
      why = '';
    } catch (error) {
      why = reason(error);
    }
  }
  if (why === '') {
    waitForPrimary(admin, askHello(admin));
    return '';
  }
  return removing ? stop(`${failure}: ${why}`) : `; ${failure}: ${why}`;
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
  if (!MEMBERS.includes(MEMBER_HOST)) {
    stop(`this container is called ${process.env.HOSTNAME}, which is not in MONGODB_MEMBERS: set its hostname`);
  }
  const admin = openAsRoot() || setUpRoot();
  const state = settleMembership(admin);
  if (!state.isWritablePrimary) {
    return `ok: ${MEMBER_HOST} is a secondary and has the data, ${state.primary} is the primary`;
  }
  const line = settleName(admin, state);
  createMissingUsers(admin);
  return settleMembers(admin, state, line);
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
