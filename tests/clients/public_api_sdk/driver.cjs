// Drives the sandbox's Public API with Segment's own SDK, in one story.
//
// In: {"url", "token", "sourceId": of a source that has events}.
// Out: one line of JSON for each call: {"call", "method", "path", "query", "status"}, and {"problems": what is wrong
// with the answer, "data": the envelope's} or {"error": its name, "errors": the envelope's, "retryAfter"}.

const { readFileSync } = require("node:fs");
const sdk = require("@segment/public-api-sdk-typescript");
const { problems } = require("./answers.cjs");

const ALL = { count: 200 };

function recorded(Api, { url, token }) {
  const api = new Api(url);
  api.accessToken = token;
  return new Proxy(api, { get: (target, name) => (...args) => record(name, () => target[name](...args)) });
}

async function record(call, send) {
  const line = { call };
  try {
    const { response, body } = await send();
    Object.assign(line, asked(response), { problems: problems(response.body, body), data: response.body.data });
    return sdk.unwrap(Promise.resolve({ response, body }));
  } catch (error) {
    // Not `instanceof`: the class is compiled such that its instances are plain errors.
    if (error.name !== "HttpError") throw error;
    const retryAfter = error.response.headers["retry-after"];
    Object.assign(line, asked(error.response), { error: error.name, errors: error.body?.errors, retryAfter });
    return undefined;
  } finally {
    console.log(JSON.stringify(line));
  }
}

function asked(response) {
  const { method, uri } = response.request;
  return { method, path: uri.pathname, query: uri.query ?? "", status: response.statusCode };
}

async function main() {
  const place = JSON.parse(readFileSync(0, "utf8"));
  const api = Object.fromEntries(
    Object.entries({
      sources: sdk.SourcesApi, labels: sdk.LabelsApi, destinations: sdk.DestinationsApi,
      filters: sdk.DestinationFiltersApi, warehouses: sdk.WarehousesApi, plans: sdk.TrackingPlansApi,
      catalog: sdk.CatalogApi, users: sdk.IAMUsersApi, audit: sdk.AuditTrailApi, testing: sdk.TestingApi,
      workspaces: sdk.WorkspacesApi, calls: sdk.APICallsApi, people: sdk.MonthlyTrackedUsersApi,
      events: sdk.EventsApi, overview: sdk.DeliveryOverviewApi, privacy: sdk.DeletionAndSuppressionApi,
    }).map(([name, Api]) => [name, recorded(Api, place)]),
  );
  for (const chapter of [catalog, source, destination, warehouse, plan, numbers, privacy, people, farewell, mistakes]) {
    await chapter(api, place);
  }
}

async function catalog({ workspaces, catalog }, place) {
  await workspaces.getWorkspace();
  const { sourcesCatalog } = await catalog.getSourcesCatalog(ALL);
  const { destinationsCatalog } = await catalog.getDestinationsCatalog(ALL);
  const { warehousesCatalog } = await catalog.getWarehousesCatalog(ALL);
  place.sourceKind = sourcesCatalog.find(({ slug }) => slug === "http-api").id;
  place.destinationKind = destinationsCatalog.find(({ slug }) => slug === "actions-amplitude").id;
  place.warehouseKind = warehousesCatalog.find(({ slug }) => slug === "postgres").id;
  await catalog.getSourceMetadata(place.sourceKind);
  await catalog.getDestinationMetadata(place.destinationKind);
  await catalog.getWarehouseMetadata(place.warehouseKind);
}

async function source({ sources, labels }, place) {
  const input = { slug: "checkout", enabled: true, metadataId: place.sourceKind, settings: {} };
  const { source } = await sources.createSource(input);
  place.source = source.id;
  const label = { key: "squad", value: "checkout", description: "Owns the till" };
  await labels.createLabel({ label });
  await labels.listLabels();
  await sources.addLabelsToSource(source.id, { labels: [label] });
  await sources.replaceLabelsInSource(source.id, { labels: [label] });
  await sources.replaceLabelsInSource(source.id, { labels: [] });
  await labels.deleteLabel(label.key, label.value);
  await sources.updateSource(source.id, { name: "Checkout", enabled: true });
  const { source: keyed } = await sources.createWriteKeyForSource(source.id);
  await sources.removeWriteKeyFromSource(source.id, keyed.writeKeys.at(-1));
  await sources.listSchemaSettingsInSource(source.id);
  await sources.updateSchemaSettingsInSource(source.id, { track: { allowUnplannedEvents: false } });
  await sources.listSchemaSettingsInSource(source.id);
  await sources.getSource(source.id);
  const { pagination } = await sources.listSources({ count: 2 });
  await sources.listSources({ count: 2, cursor: pagination.next });
}

async function destination({ sources, destinations, filters }, place) {
  const { destination } = await destinations.createDestination({
    sourceId: place.source, metadataId: place.destinationKind, enabled: true, name: "Numbers", settings: { apiKey: "k" },
  });
  place.destination = destination.id;
  await destinations.getDestination(destination.id);
  await destinations.updateDestination(destination.id, { name: null, settings: { endpoint: "europe" } });
  await destinations.updateDestination(destination.id, { name: "Figures", enabled: false });
  await destinations.listDestinations(ALL);
  await sources.listConnectedDestinationsFromSource(place.source, ALL);
  const actions = [
    { type: "DROP_PROPERTIES", fields: { properties: ["card"] } },
    { type: "SAMPLE", percent: 0.5, path: "userId" },
  ];
  const condition = { if: 'type = "track" and event = "Paid"', actions };
  const payload = { type: "track", event: "Paid", userId: "u", properties: { card: "4242", total: 7 } };
  await filters.previewDestinationFilter({ filter: { ...condition, actions: actions.slice(0, 1) }, payload });
  await filters.previewDestinationFilter({ filter: { ...condition, actions: [{ type: "DROP" }] }, payload });
  const { filter } = await filters.createFilterForDestination(destination.id, {
    ...condition, sourceId: place.source, title: "No cards", description: "Cards stay here", enabled: true,
  });
  await filters.getFilterInDestination(destination.id, filter.id);
  await filters.updateFilterForDestination(destination.id, filter.id, { description: null, enabled: false });
  await filters.listFiltersFromDestination(destination.id, ALL);
  await filters.removeFilterFromDestination(destination.id, filter.id);
}

async function warehouse({ sources, warehouses }, place) {
  const settings = { hostname: "db.example.com", database: "till" };
  await warehouses.createValidationInWarehouse({ metadataId: place.warehouseKind, settings });
  const { warehouse } = await warehouses.createWarehouse({ metadataId: place.warehouseKind, name: "Till", settings });
  await warehouses.updateWarehouse(warehouse.id, { name: "Till 2", enabled: true, settings: { port: "5433" } });
  await warehouses.removeSourceConnectionFromWarehouse(warehouse.id, place.source);
  await warehouses.addConnectionFromSourceToWarehouse(warehouse.id, place.source);
  await warehouses.listConnectedSourcesFromWarehouse(warehouse.id, ALL);
  await sources.listConnectedWarehousesFromSource(place.source, ALL);
  await warehouses.getConnectionStateFromWarehouse(warehouse.id);
  await warehouses.getWarehouse(warehouse.id);
  await warehouses.listWarehouses(ALL);
  await warehouses.deleteWarehouse(warehouse.id);
}

async function plan({ sources, plans }, place) {
  const { trackingPlan } = await plans.createTrackingPlan({ name: "Till events", description: "All", type: "LIVE" });
  const jsonSchema = { type: "object", properties: { properties: { type: "object", required: ["total"] } } };
  const rule = { type: "TRACK", key: "Paid", version: 1, jsonSchema };
  const identify = { type: "IDENTIFY", version: 1, jsonSchema: { type: "object" } };
  await plans.replaceRulesInTrackingPlan(trackingPlan.id, { rules: [rule, identify] });
  await plans.updateRulesInTrackingPlan(trackingPlan.id, { rules: [{ ...rule, newKey: "Order Paid" }] });
  await plans.listRulesFromTrackingPlan(trackingPlan.id, { count: 1 });
  const rules = [{ type: "TRACK", key: "Order Paid", version: 1 }, { type: "IDENTIFY", version: 1 }];
  await plans.removeRulesFromTrackingPlan(trackingPlan.id, rules);
  const { rules: left } = await plans.listRulesFromTrackingPlan(trackingPlan.id, ALL);
  if (left.length > 0) throw new Error("rules that were removed are still there");
  await plans.addSourceToTrackingPlan(trackingPlan.id, { sourceId: place.source });
  await plans.listSourcesFromTrackingPlan(trackingPlan.id, ALL);
  await sources.getSource(place.source);
  await plans.removeSourceFromTrackingPlan(trackingPlan.id, place.source);
  await plans.updateTrackingPlan(trackingPlan.id, { name: "Till" });
  await plans.getTrackingPlan(trackingPlan.id);
  await plans.listTrackingPlans(ALL, "LIVE");
  await plans.deleteTrackingPlan(trackingPlan.id);
}

async function numbers({ calls, people, events, overview, destinations, sources }, place) {
  const now = new Date();
  const month = `${now.toISOString().slice(0, 7)}-01`;
  await calls.getDailyPerSourceAPICallsUsage(month, ALL);
  await calls.getDailyWorkspaceAPICallsUsage(month, ALL);
  await people.getDailyPerSourceMTUUsage(month, ALL);
  await people.getDailyWorkspaceMTUUsage(month, ALL);

  const { destinations: connected } = await sources.listConnectedDestinationsFromSource(place.sourceId, ALL);
  const [start, end] = [now.getTime() - 3_600_000, now.getTime() + 60_000].map((at) => new Date(at).toISOString());
  await events.getEventsVolumeFromWorkspace("MINUTE", start, end, ["eventName", "source"], [place.sourceId], ["E1"]);
  await events.getEventsVolumeFromWorkspace("HOUR", start, end);
  const source = [place.sourceId, start, end, "MINUTE", ALL];
  const both = [place.sourceId, connected[0].id, start, end, "MINUTE", ALL];
  const filter = { eventType: ["track"], eventName: ["E1", "E2"] };
  await overview.getIngressSuccessMetricsFromDeliveryOverview(...source, ["eventName", "eventType"], filter);
  await overview.getIngressFailedMetricsFromDeliveryOverview(...source, ["discardReason"]);
  await overview.getFilteredAtSourceMetricsFromDeliveryOverview(...source);
  await overview.getFilteredAtDestinationMetricsFromDeliveryOverview(...both);
  await overview.getEgressSuccessMetricsFromDeliveryOverview(...both, ["eventName"], filter);
  await overview.getEgressFailedMetricsFromDeliveryOverview(...both);
  const window = [start, new Date(now.getTime() - 1000).toISOString(), "MINUTE"];
  await destinations.listDeliveryMetricsSummaryFromDestination(connected[0].id, place.sourceId, ...window);
}

async function privacy({ privacy }, place) {
  const subject = { regulationType: "SUPPRESS_ONLY", subjectType: "USER_ID", subjectIds: ["u-gone"] };
  const { regulateId } = await privacy.createWorkspaceRegulation(subject);
  await privacy.getRegulation(regulateId);
  await privacy.createSourceRegulation(place.sourceId, { ...subject, regulationType: "DELETE_ONLY" });
  const collection = { collection: "people", regulationType: "DELETE_ONLY", subjectType: "OBJECT_ID" };
  await privacy.createCloudSourceRegulation(place.sourceId, { ...collection, subjectIds: ["o-1"] });
  await privacy.listWorkspaceRegulations(ALL, "FINISHED", ["SUPPRESS_ONLY", "DELETE_ONLY"]);
  await privacy.listRegulationsFromSource(place.sourceId, ALL, undefined, ["DELETE_ONLY"]);
  await privacy.listSuppressions(ALL);
}

async function people({ users, audit }, place) {
  const { users: found } = await users.listUsers(ALL);
  await users.getUser(found[0].id);
  await audit.listAuditEvents({ count: 3 });
  await audit.listAuditEvents(ALL, new Date(Date.now() - 3_600_000).toISOString(), undefined, place.source, "SOURCE");
}

async function farewell({ sources, destinations, testing }, place) {
  await testing.echo("hello");
  await destinations.deleteDestination(place.destination);
  await sources.deleteSource(place.source);
}

async function mistakes({ sources, testing, labels, workspaces }, place) {
  await sources.getSource(place.source);
  await labels.createLabel({ label: { key: "", value: "" } });
  await testing.echo("trigger", undefined, true, undefined, undefined, 422);
  await testing.echo("trigger", undefined, undefined, true);
  await testing.echo("trigger", undefined, undefined, undefined, true);
  await recorded(sdk.LabelsApi, { ...place, token: "wrong" }).listLabels();
  await fault(place, { kind: "rate_limited", seconds: 7 });
  await labels.listLabels();
  const answer = { data: { workspace: { id: 7, name: "Acme", color: "red" } } };
  const headers = { "content-type": "application/json" };
  await fault(place, { status: 200, headers, body: JSON.stringify(answer) });
  await workspaces.getWorkspace();
}

async function fault({ url }, order) {
  const { status } = await fetch(`${url}/_sandbox/faults`, { method: "POST", body: JSON.stringify(order) });
  if (status !== 201) throw new Error(`the fault is refused with ${status}`);
}

main();
