// The page in a real browser: what the org holds, what was called, and what a person may do there.
import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, beforeEach, test} from 'node:test';
import {chromium} from 'playwright-core';
import {startZohosim} from './zohosim.mjs';

const folder = mkdtempSync(join(tmpdir(), 'zohosim-page-'));
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const hostile = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
const wide = {width: 1400, height: 900};
let sim, browser, page, token;
const troubles = [];

before(async () => {
  sim = await startZohosim('--ready', '--search-lag-ms', '0');
  browser = await chromium.launchPersistentContext(join(folder, 'profile'), {executablePath: '/usr/bin/chromium', headless: true, args: flags, viewport: wide});
  browser.setDefaultTimeout(10_000);
  page = browser.pages()[0] ?? await browser.newPage();
  page.on('pageerror', error => troubles.push(`error: ${error.message}`));
  page.on('console', message => { if (message.type() === 'error') troubles.push(`console: ${message.text()}`); });
});
after(async () => {
  await browser?.close();
  await sim?.stop();
  rmSync(folder, {recursive: true, force: true});
});

beforeEach(async () => {
  await sim.post('reset');
  const answer = await fetch(`${sim.origin}/oauth/v2/token?grant_type=refresh_token&client_id=1000.SIM&client_secret=sim-secret&refresh_token=1000.sim.refresh`, {method: 'POST'});
  token = (await answer.json()).access_token;
  troubles.length = 0;
  await page.goto(sim.origin);
  await page.getByText('Live', {exact: true}).waitFor();
});

/** A call of a client. */
async function crm(method, path, body) {
  const answer = await fetch(`${sim.origin}/crm/v8/${path}`, {method, headers: {Authorization: `Zoho-oauthtoken ${token}`}, body: body && JSON.stringify(body)});
  const text = await answer.text();
  return {...(text ? JSON.parse(text) : {}), status: answer.status};
}
const insert = async (module, ...rows) => (await crm('POST', module, {data: rows, trigger: []})).data.map(row => row.details.id);

const table = () => page.locator('#record-table tbody');
const figure = name => page.locator(`[data-figure="${name}"] b`);
const reads = (locator, text) => locator.filter({hasText: text}).first().waitFor();

test('shows records with their tags and deals by stage as soon as they are there', async () => {
  const [account] = await insert('Accounts', {Account_Name: 'Acme'});
  await insert('Contacts', {Last_Name: 'Itö', First_Name: 'Kei', Email: 'kei@acme.example', Platform_User_ID: 'u1', Account_Name: {id: account}, Tag: [{name: 'lifecycle-active'}]});
  await insert('Deals', {Deal_Name: 'Acme - pro', Stage: 'Closed Won', Amount: 120}, {Deal_Name: 'Acme - plus', Stage: 'Qualification', Amount: 7.5}, {Deal_Name: 'B', Stage: 'Closed Won'});
  const row = table().locator('tr', {hasText: 'Kei Itö'});
  await row.waitFor();
  for (const text of ['kei@acme.example', 'Acme', 'u1', 'lifecycle-active']) await row.getByText(text, {exact: true}).waitFor();
  assert.equal(await figure('Contacts').textContent(), '1');
  assert.equal(await figure('Deals').textContent(), '3');
  assert.deepEqual(await page.locator('#stages .bar').allInnerTexts().then(all => all.map(one => one.split('\n').filter(Boolean))), [['Closed Won', '2'], ['Qualification', '1']]);
  await reads(page.locator('#tags .bar'), 'lifecycle-active');
  await page.locator('#stages .bar', {hasText: 'Closed Won'}).click();
  await reads(page.locator('#filters'), 'Stage: Closed Won');
  await reads(page.locator('#pager'), '1–2 of 2');
  assert.equal(await table().getByText('Acme - plus').count(), 0);
});

test('searches records and turns pages', async () => {
  await insert('Contacts', ...Array.from({length: 32}, (_, i) => ({Last_Name: `Person ${i}`, Email: `p${i}@b.example`})));
  await reads(page.locator('#pager'), '1–15 of 32');
  await page.locator('#pager').getByRole('button', {name: 'Next'}).click();
  await reads(page.locator('#pager'), '16–30 of 32');
  await page.getByRole('searchbox', {name: 'Search records'}).fill('p17@');
  await reads(page.locator('#pager'), '1–1 of 1');
  await table().getByText('Person 17').waitFor();
  await page.getByRole('searchbox', {name: 'Search records'}).fill('nobody like that');
  await table().getByText('Nothing fits.').waitFor();
});

test('shows the last calls with their bodies, and only trouble when asked', async () => {
  await insert('Contacts', {Last_Name: 'Called', Email: 'called@b.example'});
  await crm('POST', 'Contacts', {data: [{First_Name: 'nameless'}]});
  const calls = page.locator('#call-table tbody tr');
  await reads(calls, '400');
  await page.getByLabel('Only trouble').check();
  await page.waitForFunction(() => document.querySelectorAll('#call-table tbody tr').length === 1);
  await calls.getByRole('button').click();
  const dialog = page.locator('#call-dialog');
  await reads(dialog, 'MANDATORY_NOT_FOUND');
  const [sent, answered] = await dialog.locator('pre').allTextContents();
  assert.equal(JSON.parse(sent).data[0].First_Name, 'nameless');
  assert.equal(JSON.parse(answered).data[0].details.json_path, '$.data[0].Last_Name');
  assert.ok(!(await page.content()).includes(token), 'no token on the page');
  await dialog.getByRole('button', {name: 'Close'}).click();
  await page.getByRole('searchbox', {name: 'Search calls'}).fill('called@b.example');
  await page.getByLabel('Only trouble').uncheck();
  await page.waitForFunction(() => [...document.querySelectorAll('#call-table tbody tr')].map(row => row.innerText).join().includes('201'));
  assert.equal(await calls.count(), 1);
});

test('counts calls and credits, and shows twins', async () => {
  await crm('POST', 'settings/fields?module=Leads', {fields: [{field_label: 'X', data_type: 'text'}]});
  await insert('Contacts', ...Array.from({length: 11}, (_, i) => ({Last_Name: `P${i}`})));
  await reads(figure('Credits in 24 h'), '12');
  assert.equal(await figure('CRM calls').textContent(), '2');
  assert.equal(await figure('Concurrency').textContent(), '1');
  assert.equal(await figure('Twins').textContent(), '0');
  const counter = name => page.locator('#counters tr', {hasText: name}).locator('td');
  assert.equal(await counter('Rows without automation').textContent(), '11');
  // Unique ids make no twins; an org where they are plain text does.
  const org = {format: 'zohosim-org-1', modules: {Contacts: {records: ['A', 'B', 'C'].map(name => ({values: {Last_Name: name, Platform_User_ID: name === 'C' ? 'u2' : 'u1'}}))}}};
  await sim.post('snapshot', org);
  await reads(figure('Twins'), '1');
  await page.locator('[data-figure="Twins"]').click();
  await reads(page.locator('#pager'), '1–2 of 2');
});

test('puts a fault in and takes it out', async () => {
  await page.getByText('Add a fault').click();
  const form = page.locator('#fault-form');
  await form.getByLabel('What happens').selectOption('status');
  await form.getByLabel('To calls of kind').selectOption('org');
  await form.getByLabel('Status', {exact: true}).fill('502');
  await form.getByLabel('How often').fill('-1');
  await form.getByRole('button', {name: 'Add fault'}).click();
  await reads(page.locator('#faults li'), 'org: status 502');
  assert.equal((await crm('GET', 'org')).status, 502);
  await reads(page.locator('#faults li'), 'struck 1 of 1');
  await page.getByRole('button', {name: /Remove the fault org/}).click();
  await page.getByText('None: every call goes through.').waitFor();
  assert.equal((await crm('GET', 'org')).status, 200);
  await page.getByRole('button', {name: 'rough'}).click();
  await page.waitForFunction(() => document.querySelectorAll('#faults li').length > 5);
  await page.getByRole('button', {name: 'Clear all'}).click();
  await page.getByText('None: every call goes through.').waitFor();
});

test('says in words what is wrong with a fault', async () => {
  await page.getByText('Add a fault').click();
  await page.locator('#fault-form').getByLabel('Module (empty: any)').fill('Kontacts');
  await page.locator('#fault-form').getByRole('button', {name: 'Add fault'}).click();
  await reads(page.locator('#notice'), 'Kontacts');
  assert.deepEqual((await sim.get('faults')).faults, []);
});

test('lets a person make, edit, tag, lock and delete a record', async () => {
  await page.getByRole('button', {name: 'New record'}).click();
  const dialog = page.locator('#record-dialog');
  await dialog.getByLabel('Email').first().fill('not an address');
  await dialog.getByLabel(/^Last Name/).fill('By hand');
  await dialog.getByRole('button', {name: 'Save'}).click();
  await reads(dialog.locator('.form-error'), 'Email');
  await dialog.getByLabel('Email').first().fill('hand@b.example');
  await dialog.getByRole('button', {name: 'Save'}).click();
  await table().getByRole('button', {name: 'By hand'}).click();
  await dialog.getByLabel('Add a tag').fill('VIP');
  await dialog.getByLabel('Writes by clients are').selectOption('lock');
  await dialog.getByRole('button', {name: 'Save'}).click();
  await reads(table().locator('tr', {hasText: 'By hand'}), 'VIP');
  await reads(table(), 'locked');
  const {records: [record]} = await sim.get('records?module=Contacts&email=hand@b.example');
  assert.equal(record.Modified_By.name, 'Ann Sales');
  assert.equal((await crm('PUT', `Contacts/${record.id}`, {data: [{Title: 'x'}]})).data[0].code, 'RECORD_LOCKED');
  await table().getByLabel('Select By hand').check();
  await page.getByRole('button', {name: 'Delete…'}).click();
  await page.locator('#ask-dialog').getByRole('button', {name: 'Delete'}).click();
  await table().getByText('No Contacts yet.').waitFor();
  await page.getByLabel('Recycle bin').check();
  await table().getByText('By hand').waitFor();
});

test('shows who stands beside a deal, and lets a person say otherwise', async () => {
  const people = await insert('Contacts', {Last_Name: 'Lee', First_Name: 'Ann'}, {Last_Name: 'Itö', First_Name: 'Kei'});
  const [deal] = await insert('Deals', {Deal_Name: 'Acme - pro', Stage: 'Closed Won'});
  const {contact_roles: known} = await crm('GET', 'Contacts/roles');
  const [first, second] = known.map(({id, name}) => ({id, name}));
  const given = await crm('PUT', `Deals/${deal}/Contact_Roles`, {data: people.map(id => ({id, Contact_Role: {id: first.id}}))});
  assert.equal(given.status, 200);
  await page.locator('[data-figure="Deals"]').click();
  await table().getByRole('button', {name: 'Acme - pro'}).click();
  const roles = page.locator('.contact-roles');
  await reads(roles.locator('summary'), 'Contact roles (2)');
  const ann = roles.getByLabel('Ann Lee');
  assert.equal(await ann.inputValue(), first.name);
  await reads(roles.locator('.field', {hasText: 'Ann Lee'}), 'set by a client');
  await ann.selectOption(second.name);
  await page.getByText('Changed, in the name of a person').waitFor();
  const {roles: now} = await sim.get(`roles?deal=${deal}`);
  assert.deepEqual(Object.fromEntries(now.map(one => [one.contact, [one.role, one.by_person]])),
                   {[people[0]]: [second.name, true], [people[1]]: [first.name, false]});
});

test('moves the clock, expires tokens and resets', async () => {
  await insert('Contacts', {Last_Name: 'Before'});
  await page.getByRole('button', {name: '+1 day'}).click();
  await reads(figure('Credits in 24 h'), '0');
  assert.equal((await crm('GET', 'org')).code, 'INVALID_TOKEN');
  await page.getByText('Actions').click();
  await page.getByRole('button', {name: 'Reset to the start…'}).click();
  await page.locator('#ask-dialog').getByRole('button', {name: 'Reset'}).click();
  await table().getByText('No Contacts yet.').waitFor();
});

test('gives a snapshot and takes one', async () => {
  await insert('Contacts', {Last_Name: 'Kept'});
  await page.getByText('Actions').click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('Download the org as a snapshot').click()]);
  const file = join(folder, 'org.json');
  await download.saveAs(file);
  assert.equal(JSON.parse(readFileSync(file, 'utf8')).modules.Contacts.records[0].values.Last_Name, 'Kept');
  await sim.post('reset');
  await table().getByText('No Contacts yet.').waitFor();
  await page.setInputFiles('#snapshot-file', file);
  await page.locator('#ask-dialog').getByRole('button', {name: 'Load'}).click();
  await table().getByText('Kept').waitFor();
  writeFileSync(file, '{"format":"something else"}');
  await page.setInputFiles('#snapshot-file', file);
  await page.locator('#ask-dialog').getByRole('button', {name: 'Load'}).click();
  await reads(page.locator('#notice'), 'zohosim-org-1');
  await table().getByText('Kept').waitFor();
});

test('shows hostile text as text', async () => {
  await crm('POST', 'Contacts', {data: [{Last_Name: hostile.slice(0, 80), Title: hostile, Description: hostile, Email: 'x@b.example', Tag: [{name: "&quot;'onload='x"}]}]});
  const row = table().locator('tr', {hasText: '<img src=x onerror='});
  await row.waitFor();
  await row.getByRole('button', {name: '<img'}).click();
  assert.equal(await page.locator('#record-dialog').getByLabel('Title').inputValue(), hostile);
  await page.locator('#record-dialog').getByRole('button', {name: 'Cancel'}).click();
  await page.locator('#call-table').getByRole('button', {name: 'POST /crm/v8/Contacts'}).click();
  await reads(page.locator('#call-dialog pre'), '<script>');
  await page.getByRole('searchbox', {name: 'Search records'}).evaluate((input, text) => { input.value = text; input.dispatchEvent(new Event('input')); }, hostile);
  await table().locator('tr').first().waitFor();
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await page.locator('main img, main script, dialog img, dialog script').count(), 0);
  assert.deepEqual(troubles, []);
});

test('says that the simulator is gone and comes back to it', async () => {
  await page.route('**/control/state', route => route.abort());
  await reads(page.locator('#live'), 'Not reachable');
  await page.unroute('**/control/state');
  await page.getByText('Live', {exact: true}).waitFor();
});

test('fits a narrow screen and goes by keyboard', async t => {
  await page.setViewportSize({width: 390, height: 844});
  t.after(() => page.setViewportSize(wide));
  await insert('Contacts', {Last_Name: 'A rather long name that will not fit on a small screen', Email: 'somebody.with.a.long.address@subdomain.example'});
  await reads(table(), 'A rather long name');
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, 'nothing sticks out sideways');
  await page.locator('#search').focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await table().getByText('Nothing fits.').waitFor();
});
