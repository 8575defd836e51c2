// The peer: how a careful team syncs its customers to Zoho today. Fastify takes the events and answers 202 once they are
// in a BullMQ queue (Redis, appendfsync always); twenty jobs at once call Zoho by its official SDK; ids are cached, in
// memory and in Redis; what fails is retried with growing pauses. One call for each step of one event.
//   worker.mjs ZOHO_ORIGIN REDIS_PORT      prints "port N"
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import * as sdk from '@zohocrm/nodejs-sdk-8.0';
import {Queue, Worker} from 'bullmq';
import Fastify from 'fastify';
import {Redis} from 'ioredis';

const [origin, redisPort] = process.argv.slice(2);
const connection = {host: '127.0.0.1', port: Number(redisPort)};
const folder = mkdtempSync(join(tmpdir(), 'zohosync-peer-'));
const {Record, Tags, Choice} = sdk;

const token = new sdk.OAuthBuilder().clientId('1000.SIM').clientSecret('sim-secret').refreshToken('1000.sim.refresh').build();
await (await new sdk.InitializeBuilder()).environment(sdk.DataCenter.setEnvironment(origin, `${origin}/oauth/v2/token`, origin))
  .token(token).store(new sdk.FileStore(join(folder, 'token.txt')))
  .SDKConfig(new sdk.SDKConfigBuilder().autoRefreshFields(false).build()).resourcePath(folder)
  .logger(new sdk.LogBuilder().level(sdk.Levels.OFF).filePath(join(folder, 'sdk.log')).build()).initialize();

function recordOf(values) {
  const record = new Record.Record();
  for (const [name, value] of Object.entries(values)) name === 'id' ? record.setId(value) : record.addKeyValue(name, value);
  return record;
}

function bodyOf(values) {
  const body = new Record.BodyWrapper();
  body.setData([recordOf(values)]);
  return body;
}

/** The id of the one record that was written; also of the one that was there already. */
function idOf(response) {
  const row = response?.getObject?.()?.getData?.()?.[0];
  if (!row) throw new Error(`Zoho answered ${response?.getStatusCode?.()}`);
  const code = row.getCode().getValue();
  if (code === 'DUPLICATE_DATA') return String(row.getDetails().get('duplicate_record')?.getId?.() ?? row.getDetails().get('id'));
  if (code !== 'SUCCESS') throw new Error(code);
  return String(row.getDetails().get('id'));
}

const create = async (module, values) => idOf(await new Record.RecordOperations(module).createRecords(bodyOf(values)));
const update = async (module, id, values) =>
  idOf(await new Record.RecordOperations(module).updateRecord(BigInt(id), bodyOf(values)));

async function tag(module, id, names, remove = false) {
  const request = remove ? new Tags.ExistingTagRequestWrapper() : new Tags.NewTagRequestWrapper();
  request.setTags(names.map(name => {
    const one = remove ? new Tags.ExistingTag() : new Tags.Tag();
    one.setName(name);
    return one;
  }));
  request.setIds([BigInt(id)]);
  const tags = new Tags.TagsOperations();
  const response = await (remove ? tags.removeTagsFromMultipleRecords(module, request) : tags.addTagsToMultipleRecords(module, request));
  if (!(response?.getObject?.() instanceof Tags.RecordActionWrapper)) throw new Error(`tags: ${response?.getStatusCode?.()}`);
}

const queue = new Queue('events', {connection, defaultJobOptions: {
  attempts: 12, backoff: {type: 'exponential', delay: 250}, removeOnComplete: true}});
const redis = new Redis(connection);
const cache = new Map();

async function known(kind, key) {
  const name = `${kind}:${key}`;
  if (!cache.has(name)) {
    const id = await redis.hget('ids', name);
    if (!id) return null;
    cache.set(name, id);
  }
  return cache.get(name);
}

async function remember(kind, key, id) {
  cache.set(`${kind}:${key}`, id);
  await redis.hset('ids', `${kind}:${key}`, id);
  return id;
}

async function required(kind, key) {
  const id = await known(kind, key);
  if (!id) throw new Error(`${kind} ${key} is not in Zoho yet`);
  return id;
}

const regulated = new Set(['SE', 'DE', 'GB']);

const handlers = {
  async 'user.signed_up'({user}) {
    const name = `${user.first_name} ${user.last_name}`;
    const account = await known('account', user.id)
      ?? await remember('account', user.id, await create('Accounts', {Account_Name: name, Platform_Account_ID: user.id}));
    const contact = await known('contact', user.id) ?? await remember('contact', user.id, await create('Contacts', {
      First_Name: user.first_name, Last_Name: user.last_name, Email: user.email, Phone: user.phone,
      Mailing_Country: user.country, Platform_User_ID: user.id, Account_Name: recordOf({id: BigInt(account)})}));
    const compliance = regulated.has(user.country) ? ['compliance-gdpr'] : [];
    await tag('Contacts', contact, ['lifecycle-trial', `source-${user.source}`, ...compliance]);
    await tag('Accounts', account, ['lifecycle-trial', ...compliance]);
  },
  async 'user.updated'({user}) {
    await update('Contacts', await required('contact', user.id), {Title: user.title});
  },
  async 'subscription.activated'({subscription}) {
    const contact = await required('contact', subscription.user_id);
    const account = await required('account', subscription.user_id);
    const plan = `plan-${subscription.plan}`;
    const deal = await known('deal', subscription.id) ?? await remember('deal', subscription.id, await create('Deals', {
      Deal_Name: `${subscription.id} - ${subscription.plan}`, Stage: new Choice('Closed Won'), Amount: Number(subscription.amount),
      Closing_Date: new Date(subscription.started_at), Platform_Subscription_ID: subscription.id,
      Account_Name: recordOf({id: BigInt(account)}), Contact_Name: recordOf({id: BigInt(contact)})}));
    await tag('Deals', deal, [plan]);
    for (const [module, id] of [['Contacts', contact], ['Accounts', account]]) {
      await tag(module, id, ['lifecycle-active', plan]);
      await tag(module, id, ['lifecycle-trial'], true);
    }
  },
};

const worker = new Worker('events', job => handlers[job.data.type](job.data.data), {connection, concurrency: 20});
worker.on('error', () => {});

const app = Fastify({bodyLimit: 4 << 20});
const asJson = {parseAs: 'string'};
for (const type of ['application/cloudevents+json', 'application/cloudevents-batch+json'])
  app.addContentTypeParser(type, asJson, app.getDefaultJsonParser('ignore', 'ignore'));
/** Single posts that come in one turn of the loop go to Redis together: one write of its log for all of them. */
let gathered = [];
const add = job => new Promise((resolve, reject) => {
  if (gathered.push({job, resolve, reject}) === 1) setImmediate(addGathered);
});
async function addGathered() {
  const batch = gathered;
  gathered = [];
  try {
    await queue.addBulk(batch.map(one => one.job));
    for (const one of batch) one.resolve();
  } catch (error) {
    for (const one of batch) one.reject(error);
  }
}

const jobOf = event => ({name: event.type, data: event, opts: {jobId: `${event.source}|${event.id}`}});
app.post('/v1/events', async (request, reply) => {
  if (Array.isArray(request.body)) {
    await queue.addBulk(request.body.map(jobOf));
  } else {
    await add(jobOf(request.body));
  }
  return reply.code(202).send({accepted: Array.isArray(request.body) ? request.body.length : 1});
});
app.get('/backlog', async () => {
  const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized');
  return {waiting: Object.values(counts).reduce((sum, one) => sum + one, 0), failed: (await queue.getJobCounts('failed')).failed};
});
await app.listen({host: '127.0.0.1', port: 0});
console.log(`port ${app.server.address().port}`);

process.on('SIGTERM', async () => {
  await app.close();
  await worker.close(true);
  await queue.close();
  redis.disconnect();
  rmSync(folder, {recursive: true, force: true});
  process.exit(0);
});
