// What rcgen doctor asks MongoDB, all in one run of mongosh since each costs a second or
// more. It prints one line of JSON. A question that fails is told in errors, and hides none
// of the others.
//
// Style: commands alone, and no function that has one in it, since mongosh rewrites this
// text to await its own calls. Ages are in seconds, by the clock of the server, which is
// the one that wrote the heartbeats.
const answer = { errors: {} };
const chat = db.getSiblingDB('rocketchat');
let now = Date.now();

try {
  const hello = db.adminCommand({ hello: 1 });
  now = Number(hello.localTime);
} catch (e) {
  answer.errors.hello = String(e.message);
}
try {
  answer.members = db.adminCommand({ replSetGetStatus: 1 }).members
    .map((m) => ({ host: m.name, state: m.stateStr }));
} catch (e) {
  answer.errors.members = String(e.message);
}
try {
  answer.config = db.adminCommand({ replSetGetConfig: 1 }).config.members.map((m) => m.host);
} catch (e) {
  answer.errors.config = String(e.message);
}
try {
  answer.version = db.adminCommand({ buildInfo: 1 }).version;
  answer.fcv = db.adminCommand({ getParameter: 1, featureCompatibilityVersion: 1 })
    .featureCompatibilityVersion.version;
} catch (e) {
  answer.errors.fcv = String(e.message);
}
try {
  answer.instances = chat.runCommand({ find: 'instances' }).cursor.firstBatch
    .map((i) => (now - Number(i._updatedAt)) / 1000);
} catch (e) {
  answer.errors.instances = String(e.message);
}
try {
  const control = chat.runCommand({ find: 'migrations', filter: { _id: 'control' }, limit: 1 }).cursor.firstBatch[0];
  if (control) {
    answer.control = {
      version: Number(control.version),
      locked: control.locked === true,
      age: (now - Number(control.lockedAt)) / 1000,
    };
  }
} catch (e) {
  answer.errors.control = String(e.message);
}
try {
  const newest = chat.runCommand({ find: 'rocketchat_statistics', sort: { createdAt: -1 }, limit: 1 }).cursor.firstBatch[0];
  if (newest) {
    answer.statistics = {
      age: (now - Number(newest.createdAt)) / 1000,
      modules: newest.enterprise ? newest.enterprise.modules : null,
    };
  }
} catch (e) {
  answer.errors.statistics = String(e.message);
}
print(JSON.stringify(answer));
