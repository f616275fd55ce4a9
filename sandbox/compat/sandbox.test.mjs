// What the client attio-ts-sdk asks of Attio, asked of the sandbox. A reply that is not as Attio's published description says fails the
// client's own check, and with it the test.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as attio from 'attio-ts-sdk';
import { connect, openSandbox } from './sandbox.mjs';

let sandbox, client, counts, unused, sdk;
before(async () => {
  sandbox = await openSandbox();
  ({ client, counts, unused } = connect(sandbox.address));
  sdk = attio.createAttioSdk({ client });
});
after(async () => {
  await sandbox.close();
  for (const [kind, count] of [...counts].sort()) console.log(`${count} × ${kind}`);
});

// call calls one endpoint and returns what is in the reply's envelope.
const call = async (endpoint, options = {}) => {
  const { data } = await endpoint({ client, ...options });
  return data;
};

const attribute = (title, type, extra = {}) => ({
  title, description: null, api_slug: title, type, is_required: false, is_unique: false, is_multiselect: false, config: {}, ...extra,
});

// One attribute of every type that can be made, and what is written into it.
const typed = {
  words: ['text', ['two words']],
  amount: ['number', [12.5]],
  agreed: ['checkbox', [true]],
  price: ['currency', [99.95], { config: { currency: { default_currency_code: 'EUR', display_type: 'code' } } }],
  day: ['date', ['2020-02-29']],
  moment: ['timestamp', ['2024-01-15T14:30:00Z']],
  stars: ['rating', [4]],
  choice: ['select', ['One', 'Two'], { is_multiselect: true }],
  owner: ['actor-reference', null],
  place: ['location', [{
    line_1: '1 High Street', line_2: null, line_3: null, line_4: null, locality: 'London', region: null, postcode: 'N1 9GU',
    country_code: 'GB', latitude: '51.5', longitude: '-0.1',
  }]],
  site: ['domain', ['www.example.com/about']],
  mail: ['email-address', ['Ada@Example.com']],
  phone: ['phone-number', [{ original_phone_number: '+14155552671', country_code: 'US' }], { is_multiselect: true }],
  company: ['record-reference', null, { config: { record_reference: { allowed_objects: ['companies'] } } }],
};

describe('identity and members', () => {
  it('self', async () => {
    const self = await attio.getV2Self({ client });
    assert.equal(self.active, true);
  });
  it('members', async () => {
    const [member] = await call(attio.getV2WorkspaceMembers);
    const same = await call(attio.getV2WorkspaceMembersByWorkspaceMemberId, { path: { workspace_member_id: member.id.workspace_member_id } });
    assert.deepEqual(same, member);
  });
});

describe('objects', () => {
  it('create, get, update, list', async () => {
    const made = await call(attio.postV2Objects, { body: { data: { api_slug: 'things', singular_noun: 'Thing', plural_noun: 'Things' } } });
    assert.equal(made.api_slug, 'things');
    const renamed = await call(attio.patchV2ObjectsByObject, { path: { object: 'things' }, body: { data: { plural_noun: 'Many things' } } });
    assert.equal(renamed.plural_noun, 'Many things');
    assert.deepEqual(await call(attio.getV2ObjectsByObject, { path: { object: made.id.object_id } }), renamed);
    const slugs = (await call(attio.getV2Objects)).map((object) => object.api_slug);
    assert.ok(slugs.includes('things') && slugs.includes('people') && slugs.includes('companies'));
  });
});

describe('attributes', () => {
  const things = { target: 'objects', identifier: 'things' };
  for (const [title, [type, , extra]] of Object.entries(typed)) {
    it(`create ${type}`, async () => {
      const made = await call(attio.postV2ByTargetByIdentifierAttributes, { path: things, body: { data: attribute(title, type, extra) } });
      assert.equal(made.type, type);
    });
  }
  it('a unique one, a default value and a relationship', async () => {
    for (const data of [
      attribute('key', 'text', { is_unique: true }),
      attribute('since', 'date', { default_value: { type: 'dynamic', template: 'P1M' } }),
      attribute('grade', 'number', { default_value: { type: 'static', template: [{ value: 3 }] } }),
      attribute('makers', 'record-reference', {
        is_multiselect: true, config: { record_reference: { allowed_objects: ['people'] } },
        relationship: { object: 'people', title: 'Makes', api_slug: 'makes', is_multiselect: true },
      }),
    ]) {
      await call(attio.postV2ByTargetByIdentifierAttributes, { path: things, body: { data } });
    }
  });
  it('update, archive, get, list by pages', async () => {
    const path = { ...things, attribute: 'words' };
    const changed = await call(attio.patchV2ByTargetByIdentifierAttributesByAttribute, { path, body: { data: { title: 'Words', description: 'Some words' } } });
    assert.deepEqual(await call(attio.getV2ByTargetByIdentifierAttributesByAttribute, { path }), changed);
    await call(attio.postV2ByTargetByIdentifierAttributes, { path: things, body: { data: attribute('old', 'text') } });
    await call(attio.patchV2ByTargetByIdentifierAttributesByAttribute, { path: { ...things, attribute: 'old' }, body: { data: { is_archived: true } } });
    const slugs = async (query) => (await call(attio.getV2ByTargetByIdentifierAttributes, { path: things, query })).map((a) => a.api_slug);
    const all = await slugs();
    assert.ok(!all.includes('old'));
    assert.ok((await slugs({ show_archived: true })).includes('old'));
    assert.deepEqual([...(await slugs({ limit: 5 })), ...(await slugs({ limit: 100, offset: 5 }))], all);
  });
  it('of the standard objects', async () => {
    for (const object of await call(attio.getV2Objects)) {
      await call(attio.getV2ByTargetByIdentifierAttributes, { path: { target: 'objects', identifier: object.api_slug } });
    }
  });
  it('options', async () => {
    const path = { ...things, attribute: 'choice' };
    for (const title of ['One', 'Two', 'Three']) {
      await call(attio.postV2ByTargetByIdentifierAttributesByAttributeOptions, { path, body: { data: { title } } });
    }
    const renamed = await call(attio.patchV2ByTargetByIdentifierAttributesByAttributeOptionsByOption, {
      path: { ...path, option: 'Three' }, body: { data: { title: 'Drei' } },
    });
    assert.equal(renamed.title, 'Drei');
    const options = await call(attio.getV2ByTargetByIdentifierAttributesByAttributeOptions, { path });
    assert.deepEqual(options.map((o) => o.title), ['One', 'Two', 'Drei']);
  });
  it('statuses', async () => {
    const path = { target: 'objects', identifier: 'deals', attribute: 'stage' };
    const made = await call(attio.postV2ByTargetByIdentifierAttributesByAttributeStatuses, {
      path, body: { data: { title: 'Parked', celebration_enabled: false, target_time_in_status: 'P14D' } },
    });
    const changed = await call(attio.patchV2ByTargetByIdentifierAttributesByAttributeStatusesByStatus, {
      path: { ...path, status: made.id.status_id }, body: { data: { celebration_enabled: true } },
    });
    assert.ok(changed.celebration_enabled);
    const statuses = await call(attio.getV2ByTargetByIdentifierAttributesByAttributeStatuses, { path });
    assert.equal(statuses.at(-1).title, 'Parked');
  });
});

describe('records', () => {
  let acme, member, thing;
  before(async () => {
    [member] = await call(attio.getV2WorkspaceMembers);
  });
  const write = (domain, name) => ({ data: { values: { domains: [domain], name: [name] } } });
  it('assert creates, and updates', async () => {
    const options = { path: { object: 'companies' }, query: { matching_attribute: 'domains' } };
    acme = await call(attio.putV2ObjectsByObjectRecords, { ...options, body: write('acme.com', 'Acme') });
    const again = await call(attio.putV2ObjectsByObjectRecords, { ...options, body: write('acme.com', 'Acme Inc') });
    assert.equal(again.id.record_id, acme.id.record_id);
    assert.equal(again.values.name[0].value, 'Acme Inc');
  });
  it('create, with a value of every type', async () => {
    const values = Object.fromEntries(Object.entries(typed).map(([title, [, written]]) => [title, written]));
    values.owner = [{ referenced_actor_type: 'workspace-member', referenced_actor_id: member.id.workspace_member_id }];
    values.company = [{ target_object: 'companies', target_record_id: acme.id.record_id }];
    values.key = ['k1'];
    thing = await call(attio.postV2ObjectsByObjectRecords, { path: { object: 'things' }, body: { data: { values } } });
    for (const [title, [type]] of Object.entries(typed)) {
      assert.equal(thing.values[title][0]?.attribute_type, type, title);
    }
    assert.equal(thing.values.grade[0].value, 3);
  });
  it('get', async () => {
    const same = await call(attio.getV2ObjectsByObjectRecordsByRecordId, { path: { object: 'things', record_id: thing.id.record_id } });
    assert.deepEqual(same, thing);
  });
  it('PATCH adds, PUT replaces, an empty list clears', async () => {
    const path = { object: 'things', record_id: thing.id.record_id };
    const titles = (record) => record.values.choice.map((v) => v.option.title).sort();
    const added = await call(attio.patchV2ObjectsByObjectRecordsByRecordId, { path, body: { data: { values: { choice: ['Drei'] } } } });
    assert.deepEqual(titles(added), ['Drei', 'One', 'Two']);
    const replaced = await call(attio.putV2ObjectsByObjectRecordsByRecordId, { path, body: { data: { values: { choice: ['Drei'], words: [] } } } });
    assert.deepEqual(titles(replaced), ['Drei']);
    assert.deepEqual(replaced.values.words, []);
  });
  it('people and deals, and both ends of a relationship', async () => {
    const ada = await call(attio.postV2ObjectsByObjectRecords, {
      path: { object: 'people' },
      body: { data: { values: {
        name: [{ first_name: 'Ada', last_name: 'Lovelace', full_name: 'Ada Lovelace' }], email_addresses: ['ada@acme.com'],
        company: [{ target_object: 'companies', target_record_id: acme.id.record_id }],
      } } },
    });
    await call(attio.postV2ObjectsByObjectRecords, {
      path: { object: 'deals' },
      body: { data: { values: {
        name: ['A deal'], stage: ['Lead'], owner: [member.email_address], value: [1000],
        associated_company: [{ target_object: 'companies', domains: [{ domain: 'acme.com' }] }],
      } } },
    });
    const company = await call(attio.getV2ObjectsByObjectRecordsByRecordId, { path: { object: 'companies', record_id: acme.id.record_id } });
    assert.deepEqual(company.values.team.map((v) => v.target_record_id), [ada.id.record_id]);
    assert.equal(company.values.associated_deals.length, 1);
  });
  it('query with filters, sorts and pages', async () => {
    const options = { path: { object: 'companies' }, query: { matching_attribute: 'domains' } };
    for (let i = 0; i < 12; i++) {
      await call(attio.putV2ObjectsByObjectRecords, { ...options, body: write(`page-${i}.com`, `Page ${String(i).padStart(2, '0')}`) });
    }
    const query = (object, body) => call(attio.postV2ObjectsByObjectRecordsQuery, { path: { object }, body });
    const filter = attio.filters.contains('name', 'page');
    const sorts = [{ attribute: 'name', direction: 'desc' }];
    const pages = [await query('companies', { filter, sorts, limit: 8 }), await query('companies', { filter, sorts, limit: 8, offset: 8 })];
    assert.deepEqual(pages.map((p) => p.length), [8, 4]);
    assert.equal(pages[1].at(-1).values.name[0].value, 'Page 00');
    const path = { path: [['people', 'company'], ['companies', 'domains']], constraints: { domain: { $eq: 'acme.com' } } };
    assert.equal((await query('people', { filter: path })).length, 1);
    const both = { $and: [{ stage: 'Lead' }, { value: { $gte: 1000 } }, { $not: { name: { $starts_with: 'B' } } }] };
    assert.equal((await query('deals', { filter: both, sorts: [{ attribute: 'name', direction: 'asc' }] })).length, 1);
    assert.equal((await query('people', { sorts: [{ attribute: 'name', field: 'last_name', direction: 'asc' }] })).length, 1);
  });
  it('values with history, and entries', async () => {
    const path = { object: 'companies', record_id: acme.id.record_id };
    const history = await call(attio.getV2ObjectsByObjectRecordsByRecordIdAttributesByAttributeValues, { path: { ...path, attribute: 'name' }, query: { show_historic: true } });
    assert.equal(history.length, 2);
    assert.deepEqual(await call(attio.getV2ObjectsByObjectRecordsByRecordIdEntries, { path }), []);
  });
  it('delete', async () => {
    const path = { object: 'things', record_id: thing.id.record_id };
    await attio.deleteV2ObjectsByObjectRecordsByRecordId({ client, path });
    await assert.rejects(call(attio.getV2ObjectsByObjectRecordsByRecordId, { path }), { code: 'not_found' });
  });
});

describe('lists and entries', () => {
  let record, entry;
  const path = { list: 'pipeline' };
  before(async () => {
    record = await call(attio.putV2ObjectsByObjectRecords, {
      path: { object: 'companies' }, query: { matching_attribute: 'domains' }, body: { data: { values: { domains: ['listed.com'] } } },
    });
  });
  it('create, update, get, list', async () => {
    const [member] = await call(attio.getV2WorkspaceMembers);
    await call(attio.postV2Lists, { body: { data: {
      name: 'Pipeline', api_slug: 'pipeline', parent_object: 'companies', workspace_access: 'full-access',
      workspace_member_access: [{ workspace_member_id: member.id.workspace_member_id, level: 'full-access' }],
    } } });
    const renamed = await call(attio.patchV2ListsByList, { path, body: { data: { name: 'The pipeline' } } });
    assert.deepEqual(await call(attio.getV2ListsByList, { path }), renamed);
    assert.equal((await call(attio.getV2Lists)).length, 1);
  });
  it('attributes, options and statuses of a list', async () => {
    const list = { target: 'lists', identifier: 'pipeline' };
    for (const data of [attribute('score', 'number'), attribute('tags', 'select', { is_multiselect: true }), attribute('step', 'status')]) {
      await call(attio.postV2ByTargetByIdentifierAttributes, { path: list, body: { data } });
    }
    await call(attio.postV2ByTargetByIdentifierAttributesByAttributeOptions, { path: { ...list, attribute: 'tags' }, body: { data: { title: 'Hot' } } });
    await call(attio.postV2ByTargetByIdentifierAttributesByAttributeStatuses, { path: { ...list, attribute: 'step' }, body: { data: { title: 'Open' } } });
    await call(attio.getV2ByTargetByIdentifierAttributes, { path: list });
  });
  it('entries: create, assert, get, PATCH, PUT, values', async () => {
    const data = { parent_record_id: record.id.record_id, parent_object: 'companies', entry_values: { score: [1], tags: ['Hot'], step: ['Open'] } };
    entry = await call(attio.postV2ListsByListEntries, { path, body: { data } });
    const asserted = await call(attio.putV2ListsByListEntries, { path, body: { data: { ...data, entry_values: { score: [2] } } } });
    assert.equal(asserted.id.entry_id, entry.id.entry_id);
    const one = { ...path, entry_id: entry.id.entry_id };
    await call(attio.patchV2ListsByListEntriesByEntryId, { path: one, body: { data: { entry_values: { score: [3] } } } });
    const put = await call(attio.putV2ListsByListEntriesByEntryId, { path: one, body: { data: { entry_values: { tags: [] } } } });
    assert.deepEqual(await call(attio.getV2ListsByListEntriesByEntryId, { path: one }), put);
    const values = await call(attio.getV2ListsByListEntriesByEntryIdAttributesByAttributeValues, { path: { ...one, attribute: 'score' }, query: { show_historic: true } });
    assert.deepEqual(values.map((v) => v.value).sort(), [1, 2, 3]);
  });
  it('entries: query, by value and by parent; entries of the record', async () => {
    const parent = attio.filters.parentRecordId({ list: 'pipeline', object: 'companies', recordId: record.id.record_id });
    for (const filter of [{ score: 3 }, { step: 'Open' }, parent]) {
      const found = await call(attio.postV2ListsByListEntriesQuery, { path, body: { filter, limit: 10 } });
      assert.equal(found.length, 1, JSON.stringify(filter));
    }
    const entries = await call(attio.getV2ObjectsByObjectRecordsByRecordIdEntries, { path: { object: 'companies', record_id: record.id.record_id } });
    assert.deepEqual(entries.map((e) => e.list_api_slug), ['pipeline']);
  });
  it('comments on a record, on an entry, in a thread', async () => {
    const [member] = await call(attio.getV2WorkspaceMembers);
    const words = { format: 'plaintext', content: 'So it is.', author: { type: 'workspace-member', id: member.id.workspace_member_id } };
    const on = { record: { object: 'companies', record_id: record.id.record_id } };
    const first = await call(attio.postV2Comments, { body: { data: { ...words, ...on } } });
    await call(attio.postV2Comments, { body: { data: { ...words, thread_id: first.thread_id } } });
    await call(attio.postV2Comments, { body: { data: { ...words, entry: { list: 'pipeline', entry_id: entry.id.entry_id } } } });
    await call(attio.getV2CommentsByCommentId, { path: { comment_id: first.id.comment_id } });
    const [thread] = await call(attio.getV2Threads, { query: { object: 'companies', record_id: record.id.record_id } });
    assert.equal(thread.comments.length, 2);
    await call(attio.getV2ThreadsByThreadId, { path: { thread_id: first.thread_id } });
    await attio.deleteV2CommentsByCommentId({ client, path: { comment_id: first.id.comment_id } });
  });
  it('entries: delete', async () => {
    const one = { ...path, entry_id: entry.id.entry_id };
    await attio.deleteV2ListsByListEntriesByEntryId({ client, path: one });
    await assert.rejects(call(attio.getV2ListsByListEntriesByEntryId, { path: one }), { code: 'not_found' });
  });
});

describe('notes, tasks, webhooks', () => {
  let record, member;
  before(async () => {
    [member] = await call(attio.getV2WorkspaceMembers);
    record = await call(attio.putV2ObjectsByObjectRecords, {
      path: { object: 'companies' }, query: { matching_attribute: 'domains' }, body: { data: { values: { domains: ['noted.com'] } } },
    });
  });
  it('notes', async () => {
    const parent = { parent_object: 'companies', parent_record_id: record.id.record_id };
    for (const format of ['plaintext', 'markdown']) {
      await call(attio.postV2Notes, { body: { data: { ...parent, title: format, format, content: '# Words\n\nand **more**', created_at: '2020-01-02T03:04:05Z' } } });
    }
    const notes = await call(attio.getV2Notes, { query: { ...parent, limit: 50 } });
    assert.equal(notes.length, 2);
    const path = { note_id: notes[0].id.note_id };
    assert.deepEqual(await call(attio.getV2NotesByNoteId, { path }), notes[0]);
    await attio.deleteV2NotesByNoteId({ client, path });
    assert.equal((await call(attio.getV2Notes, { query: parent })).length, 1);
  });
  it('tasks', async () => {
    const data = {
      content: 'Call them', format: 'plaintext', deadline_at: '2030-01-01T00:00:00Z', is_completed: false,
      linked_records: [{ target_object: 'companies', target_record_id: record.id.record_id }],
      assignees: [{ referenced_actor_type: 'workspace-member', referenced_actor_id: member.id.workspace_member_id }],
    };
    const task = await call(attio.postV2Tasks, { body: { data } });
    await call(attio.postV2Tasks, { body: { data: { ...data, deadline_at: null, linked_records: [], assignees: [] } } });
    const path = { task_id: task.id.task_id };
    const done = await call(attio.patchV2TasksByTaskId, { path, body: { data: { is_completed: true, linked_records: data.linked_records, assignees: data.assignees } } });
    assert.ok(done.is_completed);
    assert.deepEqual(await call(attio.getV2TasksByTaskId, { path }), done);
    const linked = { linked_object: 'companies', linked_record_id: record.id.record_id };
    for (const query of [{ is_completed: true }, { assignee: member.email_address }, linked, { sort: 'created_at:desc', limit: 1, offset: 1 }]) {
      assert.equal((await call(attio.getV2Tasks, { query })).length, 1, JSON.stringify(query));
    }
    await attio.deleteV2TasksByTaskId({ client, path });
    await assert.rejects(call(attio.getV2TasksByTaskId, { path }), { code: 'not_found' });
  });
  it('webhooks', async () => {
    const { id: { object_id } } = await call(attio.getV2ObjectsByObject, { path: { object: 'companies' } });
    const subscriptions = [
      { event_type: 'record.created', filter: { $and: [{ field: 'id.object_id', operator: 'equals', value: object_id }] } },
      { event_type: 'note.created', filter: null },
    ];
    const made = await call(attio.postV2Webhooks, { body: { data: { target_url: 'https://example.com/hook', subscriptions } } });
    assert.ok(made.secret);
    const path = { webhook_id: made.id.webhook_id };
    await call(attio.patchV2WebhooksByWebhookId, { path, body: { data: { target_url: 'https://example.com/other' } } });
    const got = await call(attio.getV2WebhooksByWebhookId, { path });
    assert.equal(got.target_url, 'https://example.com/other');
    assert.equal((await call(attio.getV2Webhooks, { query: { limit: 10 } })).length, 1);
    await attio.deleteV2WebhooksByWebhookId({ client, path });
    assert.deepEqual(await call(attio.getV2Webhooks), []);
  });
});

describe('errors, as the client reads them', () => {
  const company = (values) => attio.postV2ObjectsByObjectRecords({ client, path: { object: 'companies' }, body: { data: { values } } });
  const cases = {
    'an unknown record': [404, 'not_found', () => call(attio.getV2ObjectsByObjectRecordsByRecordId, { path: { object: 'companies', record_id: crypto.randomUUID() } })],
    'an unknown attribute': [400, 'value_not_found', () => company({ nonesuch: ['x'] })],
    'an unknown option': [400, 'value_not_found', () => company({ categories: ['No such option'] })],
    'a wrong value': [400, 'validation_type', () => company({ foundation_date: ['the day before'] })],
    'a unique value twice': [400, 'uniqueness_conflict', () => company({ domains: ['noted.com'] })],
    'an object twice': [409, 'slug_conflict', () => attio.postV2Objects({ client, body: { data: { api_slug: 'things', singular_noun: 'A', plural_noun: 'B' } } })],
  };
  for (const [what, [status, code, ask]] of Object.entries(cases)) {
    it(what, () => assert.rejects(ask(), (error) => {
      assert.equal(attio.getAttioErrorStatus(error), status);
      assert.equal(attio.getAttioErrorCode(error), code);
      return true;
    }));
  }
});

describe('the convenience layer', () => {
  it('records, lists, notes, metadata', async () => {
    const record = await sdk.records.upsert({ object: 'companies', matchingAttribute: 'domains', values: { name: attio.value.string('Easy'), domains: attio.value.domain('easy.com') } });
    const id = record.id.record_id;
    await sdk.records.update({ object: 'companies', recordId: id, values: { description: attio.value.string('Easily') } });
    const found = await sdk.records.query({ object: 'companies', filter: attio.filters.eq('domains', 'easy.com'), paginate: true });
    assert.deepEqual(found.map((r) => r.id.record_id), [id]);
    const entry = await sdk.lists.addEntry({ list: 'pipeline', parentObject: 'companies', parentRecordId: id });
    await sdk.lists.removeEntry({ list: 'pipeline', entryId: entry.id.entry_id });
    await sdk.notes.create({ parentObject: 'companies', parentRecordId: id, title: 'A note', format: 'plaintext', content: 'Words' });
    await sdk.metadata.schema({ target: 'objects', identifier: 'companies' });
    await sdk.records.delete({ object: 'companies', recordId: id });
  });
});

it('nothing is excused that need not be', () => assert.deepEqual(unused(), []));
