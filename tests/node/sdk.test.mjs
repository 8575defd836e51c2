// Zoho's official SDK for Node.js, unchanged, against zohosim: what it takes for success and for errors, and the
// values that come out of its classes. It is the one reader of Zoho's answers that we did not write.
import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import * as sdk from '@zohocrm/nodejs-sdk-8.0';
import {startZohosim} from './zohosim.mjs';

const {Record, Tags, Notifications, Coql, Choice, ParameterMap, HeaderMap} = sdk;
const folder = mkdtempSync(join(tmpdir(), 'zohosim-sdk-'));
let sim;

async function initialize(refreshToken) {
  const environment = sdk.DataCenter.setEnvironment(sim.origin, `${sim.origin}/oauth/v2/token`, sim.origin);
  const token = new sdk.OAuthBuilder().clientId('1000.SIM').clientSecret('sim-secret').refreshToken(refreshToken).build();
  const logger = new sdk.LogBuilder().level(sdk.Levels.OFF).filePath(join(folder, 'sdk.log')).build();
  await (await new sdk.InitializeBuilder()).environment(environment).token(token)
    .store(new sdk.FileStore(join(folder, `${refreshToken}.txt`))).SDKConfig(new sdk.SDKConfigBuilder().autoRefreshFields(false).build())
    .resourcePath(folder).logger(logger).initialize();
}

before(async () => {
  sim = await startZohosim('--ready', '--search-lag-ms', '0');
  await initialize('1000.sim.refresh');
});
after(async () => {
  await sim.stop();
  rmSync(folder, {recursive: true});
});

const params = async (...pairs) => {
  const map = new ParameterMap();
  for (const [param, value] of pairs) await map.add(param, value);
  return map;
};

function recordOf(values) {
  const record = new Record.Record();
  for (const [name, value] of Object.entries(values)) name === 'id' ? record.setId(value) : record.addKeyValue(name, value);
  return record;
}

const tagOf = name => {
  const tag = new Tags.Tag();
  tag.setName(name);
  return tag;
};

const operations = module => new Record.RecordOperations(module);
const bodyOf = (rows, more = {}) => {
  const body = new Record.BodyWrapper();
  body.setData(rows.map(recordOf));
  if (more.trigger) body.setTrigger(more.trigger);
  if (more.check) body.setDuplicateCheckFields(more.check);
  return body;
};

/** Ids come as text or as BigInt, depending on the class. */
const plain = details => Object.fromEntries([...details].map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value]));

/** The rows of an answer of the SDK, as plain values; says which class each of them is of. */
function rowsOf(response, wrapper, list) {
  assert.ok(response.getObject() instanceof wrapper, `not the wrapper but ${response.getObject()?.constructor?.name}`);
  return response.getObject()[list]().map(row => ({
    kind: row.constructor.name,
    code: row.getCode().getValue(),
    status: row.getStatus().getValue(),
    message: row.getMessage()?.getValue?.() ?? row.getMessage(),
    details: plain(row.getDetails()),
    action: row.getAction?.()?.getValue?.(),
    duplicateField: row.getDuplicateField?.() ?? null,
  }));
}
const outcomes = response => rowsOf(response, Record.ActionWrapper, 'getData');

async function insert(module, values) {
  const [row] = outcomes(await operations(module).createRecords(bodyOf([values], {trigger: []})));
  assert.equal(row.code, 'SUCCESS', `${row.message} ${row.details.api_name}`);
  return BigInt(row.details.id);  // the SDK leaves ids in details as text
}

/** Of a flat refusal. */
function exceptionOf(response, type) {
  const error = response.getObject();
  assert.ok(error instanceof type, `not an exception but ${error?.constructor?.name}`);
  return {http: response.getStatusCode(), code: error.getCode().getValue(), status: error.getStatus().getValue(),
    message: error.getMessage()?.getValue?.() ?? error.getMessage(), details: plain(error.getDetails())};
}

test('mints an access token by the refresh token and keeps it', async () => {
  const response = await new sdk.Org.OrgOperations().getOrganization();
  assert.equal(response.getStatusCode(), 200);
  await new sdk.Org.OrgOperations().getOrganization();
  const {counters} = await sim.get('state');
  assert.equal(counters.mints, 1);
  assert.equal(counters.unauthorized, 0);
});

test('reads the org and its users', async () => {
  const [org] = (await new sdk.Org.OrgOperations().getOrganization()).getObject().getOrg();
  assert.equal(org.getLicenseDetails().getPaidType(), 'enterprise');
  assert.equal(org.getIsoCode(), 'USD');
  assert.equal(org.getMcStatus(), false);
  assert.match(org.getZgid(), /^\d+$/);
  const current = await new sdk.Users.UsersOperations().getUsers(await params([sdk.Users.GetUsersParam.TYPE, new Choice('CurrentUser')]));
  const [user] = current.getObject().getUsers();
  assert.equal(user.getEmail(), 'sync.bot@zohosim.example');
  assert.equal(user.getStatus(), 'active');
  assert.equal(user.getProfile().getName(), 'Administrator');
  const all = (await new sdk.Users.UsersOperations().getUsers()).getObject();
  assert.equal(all.getUsers().length, 2);
  assert.equal(all.getInfo().getMoreRecords(), false);
});

test('inserts records and gets them back', async () => {
  const account = await insert('Accounts', {Account_Name: 'Acme', Website: 'https://acme.example', Platform_Account_ID: 'org_1'});
  const response = await operations('Contacts').createRecords(bodyOf([
    {Last_Name: 'Itö', First_Name: 'Kei', Email: 'kei@acme.example', Platform_User_ID: 'u1', Account_Name: recordOf({id: account}), Tag: [tagOf('trial')]},
    {Last_Name: 'Ray', Email: 'ray@acme.example', Platform_User_ID: 'u2'}], {trigger: []}));
  assert.equal(response.getStatusCode(), 201);
  const rows = outcomes(response);
  assert.deepEqual(rows.map(row => [row.kind, row.code, row.status, row.message]), Array(2).fill(['SuccessResponse', 'SUCCESS', 'success', 'record added']));
  assert.ok(BigInt(rows[0].details.id) < BigInt(rows[1].details.id));
  assert.equal(rows[0].details.Created_By.getName(), 'Sync Bot');
  assert.ok(rows[0].details.Modified_Time instanceof Date);

  const got = await operations('Contacts').getRecord(BigInt(rows[0].details.id));
  assert.equal(got.getStatusCode(), 200);
  const [contact] = got.getObject().getData();
  assert.equal(contact.getKeyValue('Full_Name'), 'Kei Itö');
  assert.equal(contact.getKeyValue('Account_Name').getKeyValue('name'), 'Acme');
  assert.equal(contact.getKeyValue('Account_Name').getId(), account);
  assert.equal(contact.getKeyValue('Owner').getEmail(), 'sync.bot@zohosim.example');
  assert.equal(contact.getKeyValue('Phone'), null);
  assert.deepEqual(contact.getTag().map(tag => tag.getName()), ['trial']);
});

test('tells good rows from bad ones in a mixed insert', async () => {
  const response = await operations('Contacts').createRecords(bodyOf([
    {Last_Name: 'Good'}, {First_Name: 'No last name'}, {Last_Name: 'x'.repeat(81)}, {Last_Name: 'Twin', Platform_User_ID: 'u1'},
    {Last_Name: 'Child', Account_Name: recordOf({id: 111n})}]));
  assert.equal(response.getStatusCode(), 207);
  const rows = outcomes(response);
  assert.deepEqual(rows.map(row => row.kind), ['SuccessResponse', 'APIException', 'APIException', 'APIException', 'APIException']);
  assert.deepEqual(rows.map(row => row.code), ['SUCCESS', 'MANDATORY_NOT_FOUND', 'INVALID_DATA', 'DUPLICATE_DATA', 'INVALID_DATA']);
  assert.deepEqual(rows.map(row => row.message), ['record added', 'required field not found', 'invalid data', 'duplicate data', 'the id given seems to be invalid']);
  assert.equal(rows[1].details.api_name, 'Last_Name');
  assert.equal(rows[1].details.json_path, '$.data[1].Last_Name');
  assert.equal(rows[2].details.maximum_length, '80');
  const twin = rows[3].details.duplicate_record;
  assert.equal(twin.getModule().getAPIName(), 'Contacts');
  assert.equal(twin.getOwner().getName(), 'Sync Bot');
  const found = await sim.get('records?module=Contacts&external=u1');
  assert.equal(String(twin.getId()), found.records[0].id);
});

test('takes an insert without a single good row for rows, not for a refused request', async () => {
  const response = await operations('Contacts').createRecords(bodyOf([{First_Name: 'a'}, {First_Name: 'b'}]));
  assert.equal(response.getStatusCode(), 400);
  assert.deepEqual(outcomes(response).map(row => row.code), ['MANDATORY_NOT_FOUND', 'MANDATORY_NOT_FOUND']);
});

test('updates one record, several, and tells of an id that is gone', async () => {
  const id = await insert('Contacts', {Last_Name: 'Old'});
  const one = await operations('Contacts').updateRecord(id, bodyOf([{Title: 'Boss'}]));
  assert.equal(one.getStatusCode(), 200);
  assert.equal(outcomes(one)[0].message, 'record updated');
  const several = await operations('Contacts').updateRecords(bodyOf([{id, Last_Name: 'New'}, {id: 999n, Last_Name: 'Gone'}]));
  assert.equal(several.getStatusCode(), 207);
  const rows = outcomes(several);
  assert.deepEqual(rows.map(row => row.kind), ['SuccessResponse', 'APIException']);
  assert.equal(rows[1].message, 'the id given seems to be invalid');
  assert.equal(rows[1].details.id, '999');
  const [contact] = (await operations('Contacts').getRecord(id)).getObject().getData();
  assert.deepEqual([contact.getKeyValue('Last_Name'), contact.getKeyValue('Title')], ['New', 'Boss']);
});

test('upserts: tells inserts from updates and names the field that matched', async () => {
  const body = last => bodyOf([{Last_Name: last, Platform_User_ID: 'u-upsert'}, {Last_Name: 'Other', Platform_User_ID: `u-${last}`}], {check: ['Platform_User_ID']});
  const first = outcomes(await operations('Contacts').upsertRecords(body('One')));
  assert.deepEqual(first.map(row => [row.kind, row.action, row.duplicateField]), Array(2).fill(['SuccessResponse', 'insert', null]));
  const response = await operations('Contacts').upsertRecords(body('Two'));
  assert.equal(response.getStatusCode(), 200);
  const second = outcomes(response);
  assert.deepEqual(second.map(row => [row.action, row.duplicateField]), [['update', 'Platform_User_ID'], ['insert', null]]);
  assert.equal(second[0].details.id, first[0].details.id);
});

test('addresses a record by its external value', async () => {
  const id = await insert('Contacts', {Last_Name: 'External', Platform_User_ID: 'u-ext'});
  const headers = new HeaderMap();
  await headers.add(Record.GetRecordUsingExternalIDHeader.X_EXTERNAL, 'Contacts.Platform_User_ID');
  const response = await operations('Contacts').getRecordUsingExternalId('u-ext', null, headers);
  assert.equal(response.getObject().getData()[0].getId(), id);
});

test('lists with fields in pages, and nothing as 204', async () => {
  await insert('Leads', {Last_Name: 'A', Company: 'C'});
  await insert('Leads', {Last_Name: 'B', Company: 'C'});
  const page = (await operations('Leads').getRecords(await params([Record.GetRecordsParam.FIELDS, 'Last_Name,Company'], [Record.GetRecordsParam.PER_PAGE, 1]))).getObject();
  assert.equal(page.getData().length, 1);
  assert.equal(page.getData()[0].getKeyValue('Last_Name'), 'B');
  assert.equal(page.getInfo().getMoreRecords(), true);
  assert.ok(page.getInfo().getNextPageToken());
  const nothing = await operations('Products').getRecords(await params([Record.GetRecordsParam.FIELDS, 'Product_Name']));
  assert.equal(nothing.getStatusCode(), 204);
});

test('searches by criteria and by e-mail', async () => {
  const id = await insert('Contacts', {Last_Name: 'Needle', Email: 'needle@hay.example'});
  const byCriteria = await operations('Contacts').searchRecords(await params([Record.SearchRecordsParam.CRITERIA, '((Last_Name:equals:Needle)and(Email:starts_with:needle))']));
  assert.equal(byCriteria.getObject().getData()[0].getId(), id);
  const byEmail = await operations('Contacts').searchRecords(await params([Record.SearchRecordsParam.EMAIL, 'needle@hay.example']));
  assert.equal(byEmail.getObject().getInfo().getCount(), 1);
  const nobody = await operations('Contacts').searchRecords(await params([Record.SearchRecordsParam.EMAIL, 'nobody@hay.example']));
  assert.equal(nobody.getStatusCode(), 204);
  const wrong = exceptionOf(await operations('Contacts').searchRecords(await params([Record.SearchRecordsParam.CRITERIA, '(Nope:equals:1)'])), Record.APIException);
  assert.equal(wrong.http, 400);
  assert.equal(wrong.code, 'INVALID_QUERY');
});

const coql = async text => {
  const body = new Coql.BodyWrapper();
  body.setSelectQuery(text);
  return new Coql.CoqlOperations().getRecords(body);
};

test('queries by COQL', async () => {
  const id = await insert('Contacts', {Last_Name: 'Queried', Platform_User_ID: 'u-coql'});
  const answer = (await coql(`select Last_Name, Account_Name from Contacts where Platform_User_ID in ('u-coql','u-none') limit 0, 10`)).getObject();
  assert.equal(answer.getData()[0].getId(), id);
  assert.equal(answer.getData()[0].getKeyValue('Last_Name'), 'Queried');
  assert.equal(answer.getInfo().getCount(), 1);
  assert.equal(answer.getInfo().getMoreRecords(), false);
  assert.equal((await coql(`select id from Contacts where Last_Name = 'Nobody here'`)).getStatusCode(), 204);
  const wrong = exceptionOf(await coql('select id fro Contacts'), Coql.APIException);
  assert.equal(wrong.code, 'SYNTAX_ERROR');
});

test('deletes records and lists them', async () => {
  const id = await insert('Contacts', {Last_Name: 'Shortlived'});
  const gone = await operations('Contacts').deleteRecords(await params([Record.DeleteRecordsParam.IDS, `${id},999`]));
  assert.equal(gone.getStatusCode(), 207);
  assert.deepEqual(outcomes(gone).map(row => [row.kind, row.message]), [['SuccessResponse', 'record deleted'], ['APIException', 'record not deleted']]);
  assert.equal((await operations('Contacts').getRecord(id)).getStatusCode(), 204);
  const list = (await operations('Contacts').getDeletedRecords(await params([Record.GetDeletedRecordsParam.TYPE, 'all']))).getObject();
  assert.ok(list instanceof Record.DeletedRecordsWrapper);
  const [deleted] = list.getData();
  assert.equal(deleted.getId(), id);
  assert.equal(deleted.getDisplayName(), 'Shortlived');
  assert.equal(deleted.getType(), 'recycle');
  const twice = exceptionOf(await operations('Contacts').deleteRecord(id), Record.APIException);
  assert.equal(twice.message, 'record not deleted');
});

test('creates tags, puts them on records and takes them off', async () => {
  const tags = new Tags.TagsOperations();
  const inDeals = await params([Tags.CreateTagsParam.MODULE, 'Deals']);
  const body = new Tags.BodyWrapper();
  const coloured = tagOf('plan-pro');
  coloured.setColorCode(new Choice('#57B1FD'));
  body.setTags([coloured]);
  const created = await tags.createTags(body, inDeals);
  assert.equal(created.getStatusCode(), 201);
  const [made] = rowsOf(created, Tags.ActionWrapper, 'getTags');
  assert.deepEqual([made.kind, made.message], ['SuccessResponse', 'tags created successfully']);
  const again = await tags.createTags(body, inDeals);
  assert.equal(again.getStatusCode(), 400);
  assert.deepEqual(rowsOf(again, Tags.ActionWrapper, 'getTags').map(row => [row.kind, row.code, row.details.id]), [['APIException', 'DUPLICATE_DATA', made.details.id]]);
  const listed = (await tags.getTags(await params([Tags.GetTagsParam.MODULE, 'Deals']))).getObject();
  assert.equal(listed.getTags()[0].getName(), 'plan-pro');
  assert.equal(listed.getTags()[0].getColorCode().getValue(), '#57B1FD');
  assert.equal(listed.getInfo().getAllowedCount(), 100);

  const id = await insert('Deals', {Deal_Name: 'Tagged', Stage: new Choice('Closed Won')});
  const request = new Tags.NewTagRequestWrapper();
  request.setTags([tagOf('plan-pro'), tagOf('by-name')]);
  request.setIds([id]);
  const added = await tags.addTagsToMultipleRecords('Deals', request);
  assert.ok(added.getObject() instanceof Tags.RecordActionWrapper);
  assert.equal(added.getObject().getSuccessCount(), '1');
  const [row] = rowsOf(added, Tags.RecordActionWrapper, 'getData');
  assert.deepEqual([row.kind, row.message, row.details.tags.map(tag => tag.getName())], ['RecordSuccessResponse', 'tags updated successfully', ['plan-pro', 'by-name']]);
  assert.equal((await tags.getRecordCountForTag(BigInt(made.details.id), await params([Tags.GetRecordCountForTagParam.MODULE, 'Deals']))).getObject().getCount(), '1');

  const off = new Tags.ExistingTagRequestWrapper();
  const tag = new Tags.ExistingTag();
  tag.setName('plan-pro');
  off.setTags([tag]);
  off.setIds([id]);
  const removed = rowsOf(await tags.removeTagsFromMultipleRecords('Deals', off), Tags.RecordActionWrapper, 'getData');
  assert.deepEqual(removed[0].details.tags.map(one => one.getName()), ['by-name']);

  const unknown = exceptionOf(await tags.getTags(await params([Tags.GetTagsParam.MODULE, 'Nope'])), Tags.APIException);
  assert.deepEqual([unknown.http, unknown.code], [400, 'INVALID_MODULE']);
});

test('describes modules, fields, layouts and pipelines', async () => {
  const modules = (await new sdk.Modules.ModulesOperations().getModules()).getObject().getModules();
  assert.ok(modules.some(module => module.getAPIName() === 'Deals' && module.getGeneratedType().getValue() === 'default' && module.getAPISupported() === true));
  const fields = (await new sdk.Fields.FieldsOperations().getFields(await params([sdk.Fields.GetFieldsParam.MODULE, 'Contacts']))).getObject().getFields();
  const field = name => fields.find(one => one.getAPIName() === name);
  assert.equal(field('Last_Name').getSystemMandatory(), true);
  assert.equal(field('Last_Name').getLength(), 80);
  assert.equal(field('Account_Name').getLookup().getModule().getAPIName(), 'Accounts');
  assert.equal(field('Platform_User_ID').getCustomField(), true);
  assert.ok(fields.every(one => one.getDataType() && one.getId()));
  const layouts = (await new sdk.Layouts.LayoutsOperations().getLayouts(await params([sdk.Layouts.GetLayoutsParam.MODULE, 'Deals']))).getObject().getLayouts();
  assert.equal(layouts[0].getName(), 'Standard');
  assert.ok(layouts[0].getSections()[0].getFields().some(one => one.getAPIName() === 'Stage' && one.getRequired() === true));
  const [pipeline] = (await new sdk.Pipeline.PipelineOperations(layouts[0].getId()).getPipelines()).getObject().getPipeline();
  assert.equal(pipeline.getDefault(), true);
  const won = pipeline.getMaps().find(stage => stage.getDisplayValue() === 'Closed Won');
  assert.equal(won.getForecastType(), 'Closed Won');
  assert.equal(typeof won.getSequenceNumber(), 'number');
});

/** Somebody who waits for Zoho's pushes. */
async function listener() {
  const waiting = [];
  const arrived = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', piece => { text += piece; });
    request.on('end', () => {
      response.end();
      const push = JSON.parse(text);
      waiting.length ? waiting.shift()(push) : arrived.push(push);
    });
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return {url: `http://127.0.0.1:${server.address().port}/zoho`, next: () => arrived.length ? Promise.resolve(arrived.shift()) : new Promise(resolve => waiting.push(resolve)), close: () => server.close()};
}

test('watches a module: is told of what happens, lists, changes and ends the channel', async t => {
  const ears = await listener();
  t.after(ears.close);
  const operationsOfWatch = new Notifications.NotificationsOperations();
  const channel = (fill = {}) => {
    const one = new Notifications.Notification();
    one.setChannelId('1000001');
    one.setEvents(['Contacts.delete', 'Contacts.create']);
    one.setNotifyUrl(ears.url);
    one.setToken('opaque');
    fill.each?.(one);
    const body = new Notifications.BodyWrapper();
    body.setWatch([one]);
    return body;
  };
  const enabled = await operationsOfWatch.enableNotifications(channel());
  assert.equal(enabled.getStatusCode(), 201);
  const [row] = rowsOf(enabled, Notifications.ActionWrapper, 'getWatch');
  assert.deepEqual([row.kind, row.message], ['SuccessResponse', 'Successfully subscribed for actions-watch of the given module']);
  const [event] = row.details.events;
  assert.deepEqual([event.getChannelId(), event.getResourceName()], ['1000001', 'Contacts']);

  const id = await insert('Contacts', {Last_Name: 'Watched'});
  const created = await ears.next();
  assert.deepEqual([created.module, created.operation, created.ids, created.channel_id, created.token], ['Contacts', 'insert', [String(id)], '1000001', 'opaque']);
  await sim.post(`records/Contacts/${id}`, {delete: true});
  assert.deepEqual((await ears.next()).operation, 'delete');

  const [listed] = (await operationsOfWatch.getNotifications()).getObject().getWatch();
  assert.equal(listed.getChannelId(), '1000001');
  assert.equal(listed.getNotifyUrl(), ears.url);
  assert.deepEqual(listed.getEvents(), ['Contacts.delete', 'Contacts.create']);

  const changed = rowsOf(await operationsOfWatch.updateNotifications(channel({each: one => one.setToken('other')})), Notifications.ActionWrapper, 'getWatch');
  assert.equal(changed[0].message, 'Successfully updated the subscribe details');
  await insert('Contacts', {Last_Name: 'Watched again'});
  assert.equal((await ears.next()).token, 'other');

  const ended = await operationsOfWatch.deleteNotification(await params([Notifications.DeleteNotificationParam.CHANNEL_IDS, 1000001n]));
  assert.equal(rowsOf(ended, Notifications.ActionWrapper, 'getWatch')[0].message, 'Successfully un-subscribed from actions-watch');
  const twice = await operationsOfWatch.deleteNotification(await params([Notifications.DeleteNotificationParam.CHANNEL_IDS, 1000001n]));
  assert.deepEqual(rowsOf(twice, Notifications.ActionWrapper, 'getWatch').map(one => [one.kind, one.code]), [['APIException', 'NOT_SUBSCRIBED']]);
  assert.equal((await operationsOfWatch.getNotifications()).getStatusCode(), 204);
});

test('gives a deal contact roles, lists them and takes them away', async () => {
  const {DealContactRoles: Roles, ContactRoles} = sdk;
  const known = (await new ContactRoles.ContactRolesOperations().getRoles()).getObject().getContactRoles();
  const [maker, , buyer] = known;
  assert.deepEqual([maker.getName(), buyer.getName()], ['Decision Maker', 'Purchasing']);
  const [ann, ben] = [await insert('Contacts', {Last_Name: 'Ann'}), await insert('Contacts', {Last_Name: 'Ben'})].map(BigInt);
  const deal = BigInt(await insert('Deals', {Deal_Name: 'With roles', Stage: new Choice('Closed Won')}));
  const calls = new Roles.DealContactRolesOperations();
  const give = async (contact, role) => {
    const entry = new Roles.Data();
    const wanted = new Roles.ContactRole();
    wanted.setId(BigInt(role.getId()));
    await entry.setContactRole(wanted);
    const body = new Roles.BodyWrapper();
    body.setData([entry]);
    return calls.associateContactRoleToDeal(contact, deal, body);
  };
  const [given] = rowsOf(await give(ann, maker), Roles.ActionWrapper, 'getData');
  assert.deepEqual([given.kind, given.message, given.details.id], ['SuccessResponse', 'relation updated', String(ann)]);
  await give(ben, buyer);
  const listed = (await calls.getAssociatedContactRoles(deal, await params([Roles.GetAssociatedContactRolesParam.FIELDS, 'id,Contact_Role']))).getObject().getData();
  assert.deepEqual(listed.map(one => [one.getId(), one.getContactRole().getName()]), [[ann, 'Decision Maker'], [ben, 'Purchasing']]);
  const one = (await calls.getAssociatedContactRolesSpecificToContact(ben, deal)).getObject().getData();
  assert.deepEqual(one.map(entry => entry.getContactRole().getName()), ['Purchasing']);
  const gone = await calls.deleteAssociatedContactRoles(deal, await params([Roles.DeleteAssociatedContactRolesParam.IDS, String(ann)]));
  assert.equal(rowsOf(gone, Roles.ActionWrapper, 'getData')[0].kind, 'SuccessResponse');
  assert.equal(rowsOf(await calls.deleteContactRoleRelation(ben, deal), Roles.ActionWrapper, 'getData')[0].kind, 'SuccessResponse');
  assert.equal((await calls.getAssociatedContactRoles(deal, await params([Roles.GetAssociatedContactRolesParam.FIELDS, 'id']))).getStatusCode(), 204);
  const refused = exceptionOf(await give(1n, maker), Roles.APIException);
  assert.deepEqual([refused.http, refused.code], [400, 'INVALID_DATA']);
});

test('hands refusals of whole requests to its caller', async () => {
  const limited = exceptionOf(await operations('Contacts').createRecords(bodyOf(Array.from({length: 101}, () => ({Last_Name: 'x'})))), Record.APIException);
  assert.deepEqual([limited.http, limited.code, limited.details.maximum_length], [400, 'LIMIT_EXCEEDED', '100']);
  // On a POST: the SDK sends a GET that answers 500 again by itself.
  await sim.post('faults', {on: 'insert', effect: 'status', status: 500});
  const broken = exceptionOf(await operations('Contacts').createRecords(bodyOf([{Last_Name: 'x'}])), Record.APIException);
  assert.deepEqual([broken.http, broken.code], [500, 'INTERNAL_ERROR']);
  await sim.post('oauth', {expire_access_tokens: true});
  const expired = exceptionOf(await operations('Contacts').getRecords(await params([Record.GetRecordsParam.FIELDS, 'id'])), Record.APIException);
  assert.deepEqual([expired.http, expired.code, expired.message], [401, 'INVALID_TOKEN', 'invalid oauth token']);
});

test('throws the words of a refused refresh token', async () => {
  const ask = async () => {
    await initialize('1000.wrong');
    await new sdk.Org.OrgOperations().getOrganization();
  };
  await assert.rejects(ask, error => error instanceof Error && `${error.message}${error.details}${error.cause}`.includes('invalid_code'));
});
