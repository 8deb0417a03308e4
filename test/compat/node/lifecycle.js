// Does with a conforming container what people do with dockerode, and prints one line for each thing done.
//
//   lifecycle.js IMAGE
'use strict';

const Docker = require('dockerode');

const docker = new Docker();
const image = process.argv[2];
const hardened = {
  Image: image, User: '1001:1001',
  HostConfig: {
    ReadonlyRootfs: true, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'], Memory: 64 << 20, MemorySwap: 64 << 20,
    NanoCpus: 500000000, PidsLimit: 64, Tmpfs: { '/tmp': 'size=16m,noexec,nosuid,nodev' }, NetworkMode: 'node', Dns: ['127.0.0.1'],
  },
};

const say = (command, good = true) => console.log(good ? command : `FAILS: ${command}`);

// create says apart what goes into the query and what into the body: the library puts everything into both otherwise, and
// no engine reads a configuration from the query.
const create = (what, body, query = {}) => docker[what]({ _query: query, _body: body });

// asked says the same of a call whose options are query alone: what has no use for a body takes none.
const asked = (query) => ({ _query: query, _body: {} });

// attempt tells of a denial as a result, with its reason.
async function attempt(command, act) {
  try {
    say(command, await act());
  } catch (e) {
    say(`${command}: ${e.message.replace(/\s+/g, ' ')}`, false);
  }
}

function read(stream) {
  return new Promise((resolve, reject) => {
    const parts = [];
    stream.on('data', (part) => parts.push(part));
    stream.on('end', () => resolve(Buffer.concat(parts).toString()));
    stream.on('error', reject);
  });
}

async function main() {
  say('ping', (await docker.ping()).toString() === 'OK');
  say('version', (await docker.version()).ApiVersion);
  say('info', (await docker.info()).ServerVersion);
  await new Promise(async (resolve, reject) => {
    docker.modem.followProgress(await docker.pull(image), (error) => (error ? reject(error) : resolve()));
  });
  say('pull');
  say('listImages', (await docker.listImages()).length > 0);
  const network = await create('createNetwork', {
    Name: 'node', Internal: true, Options: { 'com.docker.network.bridge.inhibit_ipv4': 'true' },
  });
  say('createNetwork');
  const container = await create('createContainer', { ...hardened, Cmd: ['wait'] }, { name: 'node-1' });
  say('createContainer');
  const attached = await container.attach({ stream: true, stdout: true, stderr: true });
  say('attach');
  await container.start();
  say('start');
  attached.destroy();
  let log = '';
  for (let i = 0; i < 100 && log === ''; i += 1) { // what a container prints is logged a moment after its start
    await new Promise((resolve) => setTimeout(resolve, 50));
    log = (await container.logs({ stdout: true })).toString();
  }
  say('logs', log.includes('"uid":1001'));
  say('listContainers', (await docker.listContainers()).some((c) => c.Id === container.id));
  say('inspect', (await container.inspect()).HostConfig.ReadonlyRootfs);
  say('stats', (await container.stats({ stream: false })).id === container.id);
  say('top', (await container.top()).Processes.length > 0);
  await container.pause();
  await container.unpause();
  say('pause and unpause');
  await container.restart(asked({ t: 1 }));
  say('restart');
  await attempt('exec', async () => {
    const exec = await container.exec({ Cmd: ['/helper', 'status'], AttachStdout: true, AttachStderr: true });
    return (await read(await exec.start({}))).includes('"uid":1001');
  });
  await attempt('rename', async () => {
    await container.rename(asked({ name: 'node-2' }));
    return true;
  });
  await attempt('getArchive', async () => (await read(await container.getArchive({ path: '/etc/passwd' }))).includes('agent'));
  await container.stop(asked({ t: 1 }));
  say('stop');
  say('wait', (await container.wait()).StatusCode === 0);
  await container.remove({ force: true, v: true });
  say('remove');
  try {
    await create('createContainer', { ...hardened, HostConfig: { ...hardened.HostConfig, Privileged: true } });
    say('create privileged', false);
  } catch (e) {
    say('create privileged is denied', e.message.includes('hardening/privileged'));
  }
  await network.remove();
  say('remove network');
}

main().then(() => process.exit(0), (e) => {
  console.error(e);
  process.exit(1);
});
