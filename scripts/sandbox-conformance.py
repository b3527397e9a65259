"""Drives the sandbox at the first argument through HubSpot's own client; takes its webhooks on the port of the second."""

import json
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from hubspot import HubSpot
from hubspot.crm import associations, contacts, lists, objects, properties
from hubspot.utils.signature import Signature

ADDRESS, HOOK_PORT = sys.argv[1], int(sys.argv[2])
HOOK = f"http://127.0.0.1:{HOOK_PORT}/webhooks"
checks = failures = 0
deliveries = []
# Answers of the receiver to its next deliveries, before it takes them all.
refusals = []


def check(name, condition):
    global checks, failures
    checks += 1
    if not condition:
        failures += 1
        print(f"failed: {name}")


def raises(name, kind, status, call):
    try:
        call()
    except kind as error:
        check(f"{name}: status {error.status}, expected {status}", error.status == status)
        return json.loads(error.body)
    check(f"{name}: nothing was refused", False)
    return {}


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        ADDRESS + path, data=data, method=method, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as reply:
        text = reply.read()
        return json.loads(text) if text else None


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with lock:
            status = refusals.pop(0) if refusals else 200
            deliveries.append((dict(self.headers), body, status))
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


lock = threading.Lock()
server = ThreadingHTTPServer(("127.0.0.1", HOOK_PORT), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = HubSpot(access_token="sandbox", host=ADDRESS)
basic = client.crm.contacts.basic_api


# Creation, reading, change, conflict.
Input = contacts.SimplePublicObjectInputForCreate
made = basic.create(Input(properties={"email": "ann@example.com", "firstname": "Ann"}, associations=[]))
check("a contact is made", made.properties["email"] == "ann@example.com" and not made.archived)
read = basic.get_by_id(made.id, properties=["firstname", "jobtitle"])
check("what is not set is null", read.properties["firstname"] == "Ann" and read.properties["jobtitle"] is None)
body = raises("the same email again", contacts.ApiException, 409,
              lambda: basic.create(Input(properties={"email": "ANN@example.com"}, associations=[])))
check("the conflict names the record", body.get("category") == "CONFLICT" and made.id in body.get("message", ""))
body = raises("an unknown property", contacts.ApiException, 400,
              lambda: basic.update(made.id, contacts.SimplePublicObjectInput(properties={"colour": "red"})))
check("the code tells", body["errors"][0]["code"] == "PROPERTY_DOESNT_EXIST")
raises("an unknown record", contacts.ApiException, 404, lambda: basic.get_by_id("999999"))
basic.update(made.id, contacts.SimplePublicObjectInput(properties={"lifecyclestage": "customer"}))
back = basic.update(made.id, contacts.SimplePublicObjectInput(properties={"lifecyclestage": "lead"}))
check("a lifecycle step back is not made", back.properties["lifecyclestage"] == "customer")
by_email = basic.get_by_id("ann@example.com", id_property="email")
check("a contact is found by email", by_email.id == made.id)

# Batches.
batch = client.crm.contacts.batch_api
Row = contacts.SimplePublicObjectBatchInputForCreate
rows = [Row(properties={"email": f"p{i}@example.com"}, associations=[], object_write_trace_id=f"t{i}") for i in range(5)]
rows[2].properties = {"email": "ann@example.com"}
reply = batch.create(contacts.BatchInputSimplePublicObjectBatchInputForCreate(inputs=rows))
check("four of five rows are made", len(reply.results) == 4 and reply.num_errors == 1)
check("the error names its row", reply.errors[0].context["objectWriteTraceId"] == ["t2"])
rows = [Row(properties={"email": f"q{i}@example.com"}, associations=[]) for i in range(3)]
rows[1].properties = {"email": "no address"}
raises("a bad row without trace ids", contacts.ApiException, 400,
       lambda: batch.create(contacts.BatchInputSimplePublicObjectBatchInputForCreate(inputs=rows)))
check("nothing of it is there", control("GET", "/sandbox/state")["contacts"] == 5)
Upsert = contacts.SimplePublicObjectBatchInputUpsert
for expected in (True, False):
    reply = batch.upsert(contacts.BatchInputSimplePublicObjectBatchInputUpsert(
        inputs=[Upsert(id="eve@example.com", id_property="email", properties={"firstname": "Eve"})]))
    check("an upsert tells new from old", reply.results[0].new is expected)
raises("one email twice in a batch", contacts.ApiException, 400, lambda: batch.upsert(
    contacts.BatchInputSimplePublicObjectBatchInputUpsert(inputs=[
        Upsert(id=name, id_property="email", properties={}) for name in ("x@example.com", "X@example.com")])))
companies = client.crm.companies.batch_api
from hubspot.crm import companies as company_models  # noqa: E402
body = raises("companies by domain", company_models.ApiException, 400, lambda: companies.upsert(
    company_models.BatchInputSimplePublicObjectBatchInputUpsert(inputs=[
        company_models.SimplePublicObjectBatchInputUpsert(id="acme.example", id_property="domain", properties={})])))
check("domain is refused", "non-unique 0-2 property domain" in body["message"])
read = batch.read(contacts.BatchReadInputSimplePublicObjectId(
    inputs=[contacts.SimplePublicObjectId(id=made.id), contacts.SimplePublicObjectId(id="999999")],
    properties=["email"], properties_with_history=["lifecyclestage"]))
check("a read names what is missing", len(read.results) == 1 and read.errors[0].context["ids"] == ["999999"])

# Paging and searches.
page = basic.get_page(limit=2)
count = len(page.results)
while page.paging:
    page = basic.get_page(limit=2, after=page.paging.next.after)
    count += len(page.results)
check("pages hold everybody once", count == 6)
search = client.crm.contacts.search_api


def found(after="0", **filters):
    return search.do_search(contacts.PublicObjectSearchRequest(
        filter_groups=[{"filters": [filters]}], sorts=["hs_object_id"], limit=2, after=after, properties=["email"]))


fresh = basic.create(Input(properties={"email": "late@example.com"}, associations=[]))
check("the index lags", found(propertyName="email", operator="EQ", value="late@example.com").total == 0)
time.sleep(2.2)
check("and follows", found(propertyName="email", operator="EQ", value="late@example.com").results[0].id == fresh.id)
first = found(propertyName="email", operator="HAS_PROPERTY")
second = found(after=first.paging.next.after, propertyName="email", operator="HAS_PROPERTY")
check("a search goes on", first.total == 7 and not {r.id for r in first.results} & {r.id for r in second.results})
check("ids compare as numbers", found(propertyName="hs_object_id", operator="GT", value=made.id).total == 6)
raises("past 10,000", contacts.ApiException, 400,
       lambda: found(after="9999", propertyName="email", operator="HAS_PROPERTY"))

# Other objects, associations, lists, properties, owners.
raises("a task without a date", objects.ApiException, 400, lambda: client.crm.objects.basic_api.create(
    "tasks", objects.SimplePublicObjectInputForCreate(properties={"hs_task_subject": "Call"}, associations=[])))
task = client.crm.objects.basic_api.create("tasks", objects.SimplePublicObjectInputForCreate(
    properties={"hs_task_subject": "Call", "hs_timestamp": "2026-03-02T09:00:00Z"},
    associations=[{"to": {"id": made.id},
                   "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}]}]))
tied = client.crm.associations.v4.basic_api.get_page("contacts", made.id, "tasks")
check("a task goes with its contact", [str(r.to_object_id) for r in tied.results] == [task.id])
company = client.crm.companies.basic_api.create(company_models.SimplePublicObjectInputForCreate(
    properties={"name": "Acme", "domain": "acme.example"}, associations=[]))
client.crm.associations.v4.basic_api.create_default("contacts", made.id, "companies", company.id)
tied = client.crm.associations.v4.basic_api.get_page("companies", company.id, "contacts")
check("both directions are there", [t.type_id for r in tied.results for t in r.association_types] == [280])

list_api = client.crm.lists.lists_api
made_list = list_api.create(lists.ListCreateRequest(
    name="Warm", object_type_id="0-1", processing_type="MANUAL")).list
members = client.crm.lists.memberships_api
reply = members.add(made_list.list_id, [made.id, "999999"])
check("a list takes who is there", control("GET", "/sandbox/state")["list_member"] == 1)
reply = members.get_page(made_list.list_id)
check("a list shows its members", [m.record_id for m in reply.results] == [made.id])
members.remove(made_list.list_id, [made.id])
check("and lets go", control("GET", "/sandbox/state")["list_member"] == 0)

core = client.crm.properties.core_api
definition = properties.PropertyCreate(
    name="abm_key", label="Key", type="string", field_type="text", group_name="contactinformation",
    has_unique_value=True)
check("a property is made", core.create("contacts", definition).has_unique_value)
raises("the same property again", properties.ApiException, 409, lambda: core.create("contacts", definition))
owners = client.crm.owners.owners_api.get_page(email="ana@example.com")
check("an owner is found", len(owners.results) == 1 and owners.results[0].id != str(owners.results[0].user_id))

task_core = client.crm.properties.core_api
check("tasks can have a key of ours", task_core.create("tasks", properties.PropertyCreate(
    name="abm_key", label="Key", type="string", field_type="text", group_name="task", has_unique_value=True)).has_unique_value)
keyed = {"hs_task_subject": "Once", "hs_timestamp": "2026-03-02T09:00:00Z", "abm_key": "k1"}
client.crm.objects.basic_api.create("tasks", objects.SimplePublicObjectInputForCreate(properties=keyed, associations=[]))
raises("a task with the same key", objects.ApiException, 409, lambda: client.crm.objects.basic_api.create(
    "tasks", objects.SimplePublicObjectInputForCreate(properties=keyed, associations=[])))
raises("101 rows", contacts.ApiException, 400, lambda: batch.read(contacts.BatchReadInputSimplePublicObjectId(
    inputs=[contacts.SimplePublicObjectId(id=str(i)) for i in range(101)], properties=["email"],
    properties_with_history=[])))
filled = list_api.create(lists.ListCreateRequest(name="By rule", object_type_id="0-1", processing_type="DYNAMIC",
                                                 filter_branch={"filterBranchType": "OR"})).list
raises("adding to a list that fills itself", lists.ApiException, 400, lambda: members.add(filled.list_id, [made.id]))


# What the client has no modules for goes through it all the same.
def request(method, path, body=None, token="sandbox", expected=200):
    other = client if token == "sandbox" else HubSpot(access_token=token, host=ADDRESS)
    options = {"method": method, "path": path, "base_url": ADDRESS}
    if body is not None:
        options["body"] = body
    reply = other.api_request(options)
    check(f"{method} {path}: {reply.status_code}, expected {expected}: {reply.text[:200]}", reply.status_code == expected)
    return json.loads(reply.text) if reply.text else {}


# Sends: accepted like any other, and only the result tells.
def send(to, key, kind="/marketing/v4/email/single-send"):
    reply = request("POST", kind, {"emailId": 1, "message": {"to": to, "sendId": key}})
    first = request("GET", f"/marketing/v3/email/send-statuses/{reply['statusId']}")
    time.sleep(0.3)
    return first, request("GET", f"/marketing/v3/email/send-statuses/{reply['statusId']}")


queued, sent = send("ann@example.com", "s1")
check("a send is queued first", (queued["status"], queued["sendResult"]) == ("PROCESSING", "QUEUED"))
check("and then sent", (sent["status"], sent["sendResult"]) == ("COMPLETE", "SENT"))
check("once for each sendId", send("ann@example.com", "s1")[1]["sendResult"] == "IDEMPOTENT_IGNORE")
before = control("GET", "/sandbox/state")["contacts"]
send("new@example.com", "s2")
check("a send to a stranger makes a contact", control("GET", "/sandbox/state")["contacts"] == before + 1)
control("PUT", "/sandbox/faults", {"sendResults": {"gone@example.com": "PREVIOUSLY_BOUNCED"}})
check("a bounced address", send("gone@example.com", "s3")[1]["sendResult"] == "PREVIOUSLY_BOUNCED")
check("and again", send("gone@example.com", "s3")[1]["sendResult"] == "IDEMPOTENT_FAIL")
control("PUT", "/sandbox/faults", {})

# Preferences.
statuses = "/communication-preferences/v4/statuses"
basis = {"legalBasis": "CONSENT_WITH_NOTICE", "legalBasisExplanation": "a form"}
request("POST", f"{statuses}/eve@example.com",
        {"subscriptionId": 1, "statusState": "UNSUBSCRIBED", "channel": "EMAIL", **basis})
check("who has unsubscribed is not sent to",
      send("eve@example.com", "s4")[1]["sendResult"] == "PREVIOUSLY_UNSUBSCRIBED_MESSAGE")
check("but for what is no marketing", send(
    "eve@example.com", "s5", "/marketing/v3/transactional/single-email/send")[1]["sendResult"] == "SENT")
request("POST", "/communication-preferences/v3/subscribe",
        {"emailAddress": "eve@example.com", "subscriptionId": 1, **basis}, expected=400)
request("POST", f"{statuses}/eve@example.com",
        {"subscriptionId": 1, "statusState": "SUBSCRIBED", "channel": "EMAIL", **basis})
check("v4 subscribes anew", send("eve@example.com", "s6")[1]["sendResult"] == "SENT")
request("GET", f"{statuses}/eve@example.com", expected=400)
check("nobody is out of everything",
      request("GET", f"{statuses}/eve@example.com/unsubscribe-all?channel=EMAIL")["results"] == [])
request("POST", f"{statuses}/eve@example.com/unsubscribe-all?channel=EMAIL")
check("who is out of everything", send("eve@example.com", "s7")[1]["sendResult"] == "ADDRESS_OPTED_OUT")

# Sequences, of which a repetition is no error.
enrollments = "/automation/v4/sequences/enrollments"
request("GET", f"{enrollments}/contact/{made.id}", expected=404)
enrollment = {"contactId": made.id, "sequenceId": "7", "senderEmail": "ana@example.com"}
request("POST", enrollments, enrollment, expected=400)
for expected in (1, 2):
    request("POST", f"{enrollments}?userId=90001", enrollment)
    check("each call enrolls", len(control("GET", "/sandbox/enrollments")["results"]) == expected)
check("which one a contact is in", request("GET", f"{enrollments}/contact/{made.id}")["sequenceId"] == "7")
control("PUT", "/sandbox/faults", {"unsettled": {"refusesRepeatedEnrollment": True}})
request("POST", f"{enrollments}?userId=90001", enrollment, expected=400)
control("PUT", "/sandbox/faults", {})

# Custom events: each uuid once.
event = {"eventName": "pe62515_page_view", "objectId": made.id, "uuid": "u1", "properties": {"path": "/pricing"}}
for _ in range(2):
    request("POST", "/events/v3/send", event, expected=204)
check("an event of a uuid is one", len(control("GET", "/sandbox/events")["results"]) == 1)
control("PUT", "/sandbox/faults", {"unsettled": {"refusesRepeatedEvents": True}})
request("POST", "/events/v3/send", event, expected=409)
control("PUT", "/sandbox/faults", {})

# Merging and erasing.
keep, lose = (basic.create(Input(properties={"email": f"{name}@example.com"}, associations=[])) for name in ("keep", "lose"))
merged = basic.merge(contacts.PublicMergeInput(primary_object_id=keep.id, object_id_to_merge=lose.id))
check("a merged record leads to the one that stays", basic.get_by_id(lose.id).id == merged.id)
reply = batch.update(contacts.BatchInputSimplePublicObjectBatchInput(inputs=[
    contacts.SimplePublicObjectBatchInput(id=lose.id, properties={"firstname": "x"}, object_write_trace_id="a"),
    contacts.SimplePublicObjectBatchInput(id=made.id, properties={"firstname": "y"}, object_write_trace_id="b")]))
check("but not in a batch", len(reply.results) == 1 and reply.errors[0].context["objectWriteTraceId"] == ["a"])
request("POST", "/crm/v3/objects/contacts/gdpr-delete", {"objectId": "new@example.com", "idProperty": "email"}, expected=204)
raises("an erased contact", contacts.ApiException, 404, lambda: basic.get_by_id("new@example.com", id_property="email"))

# Tokens: of OAuth they end, and may be replaced; of apps they may not do everything.
control("PUT", "/sandbox/faults", {"oauth": {"lifetimeSeconds": 1, "rotatesRefreshTokens": True},
                                   "tokens": {"sandbox": ["crm.objects.contacts.read"], "reader": ["crm.lists.read"]}})
tokens = client.oauth.tokens_api
form = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}
from hubspot import oauth as oauth_models  # noqa: E402
grant = tokens.create(grant_type="authorization_code", code="sandbox-code", redirect_uri="http://127.0.0.1/", **form)
check("tokens are long", len(grant.access_token) > 500)
again = tokens.create(grant_type="refresh_token", refresh_token=grant.refresh_token, **form)
check("a refresh token is replaced", again.refresh_token != grant.refresh_token)
body = raises("the replaced refresh token", oauth_models.ApiException, 400, lambda: tokens.create(
    grant_type="refresh_token", refresh_token=grant.refresh_token, **form))
check("is called bad", body.get("status") == "BAD_REFRESH_TOKEN")
request("GET", "/crm/v3/owners", token=again.access_token, expected=200)
time.sleep(1.1)
body = request("GET", "/crm/v3/owners", token=again.access_token, expected=401)
check("a token that has ended", body.get("category") == "EXPIRED_AUTHENTICATION")
body = request("GET", "/crm/v3/objects/contacts", token="reader", expected=403)
check("the scope that lacks is named",
      body["category"] == "MISSING_SCOPES"
      and body["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.contacts.read"])
request("GET", "/crm/v3/objects/contacts", token="nobody", expected=401)
control("PUT", "/sandbox/faults", {})

# Faults: before and after the write.
for kind, grows in (("errorBefore", 0), ("errorAfter", 1), ("dropAfter", 1)):
    before = control("GET", "/sandbox/state")["notes"]
    control("PUT", "/sandbox/faults", {"faults": [{"kind": kind, "rate": 1, "times": 1, "status": 502, "method": "POST"}]})
    try:
        client.crm.objects.basic_api.create("notes", objects.SimplePublicObjectInputForCreate(
            properties={"hs_note_body": kind, "hs_timestamp": "2026-03-02T09:00:00Z"}, associations=[]))
        check(f"{kind} is an error", False)
    except objects.ApiException as error:
        check(f"{kind}: status {error.status}", error.status == 502)
    except Exception:  # The connection was cut.
        check(f"{kind}: the connection ends", kind == "dropAfter")
    check(f"{kind}: notes", control("GET", "/sandbox/state")["notes"] == before + grows)
control("PUT", "/sandbox/faults", {})

# Limits.
for index in range(12):
    try:
        found(propertyName="email", operator="HAS_PROPERTY")
    except contacts.ApiException as error:
        body = json.loads(error.body)
        check("searches have their own limit", error.status == 429 and body["policyName"] == "SECONDLY")
        break
else:
    check("searches have a limit", False)
control("PUT", "/sandbox/faults", {"limits": {"burst": 3}})
for index in range(8):
    try:
        basic.get_by_id(made.id)
    except contacts.ApiException as error:
        body = json.loads(error.body)
        check("the burst limit", error.status == 429 and body["policyName"] == "TEN_SECONDLY_ROLLING")
        check("is told in headers", error.headers["X-HubSpot-RateLimit-Max"] == "3")
        break
else:
    check("there is a burst limit", False)
control("PUT", "/sandbox/faults", {})

# Webhooks, by the signature helper of HubSpot.
for _ in range(100):
    if any("contact.creation" in body for _, body, _ in deliveries):
        break
    time.sleep(0.1)
check("webhooks arrive", bool(deliveries))
for headers, body, _ in list(deliveries):
    headers = {name.lower(): value for name, value in headers.items()}
    check("v3 signature", Signature.is_valid(
        signature=headers["x-hubspot-signature-v3"], client_secret="sandbox-secret", request_body=body,
        http_uri=HOOK, http_method="POST", signature_version="v3",
        timestamp=headers["x-hubspot-request-timestamp"]))
    check("v1 signature", Signature.is_valid(
        signature=headers["x-hubspot-signature"], client_secret="sandbox-secret", request_body=body,
        signature_version="v1"))
    check("forged", not Signature.is_valid(
        signature=headers["x-hubspot-signature-v3"], client_secret="another", request_body=body, http_uri=HOOK,
        http_method="POST", signature_version="v3", timestamp=headers["x-hubspot-request-timestamp"]))

# A delivery that is not taken comes again, with the number of the attempt.
control("PUT", "/sandbox/faults", {"webhooks": {"retryMilliseconds": 100}})
with lock:
    refusals += [500, 404]
    count = len(deliveries)
control("POST", "/sandbox/webhooks", [{"subscriptionType": "contact.deletion", "objectId": 4711}])


def told():
    with lock:
        return [(event, status) for _, body, status in deliveries[count:] for event in json.loads(body)
                if event["objectId"] == 4711]


for _ in range(100):
    if any(status == 200 for _, status in told()):
        break
    time.sleep(0.1)
check("it comes until it is taken", [status for _, status in told()] == [500, 404, 200])
check("it says which attempt", [event["attemptNumber"] for event, _ in told()] == [0, 1, 2])
check("it is the same event", len({(event["eventId"], event["occurredAt"]) for event, _ in told()}) == 1)
time.sleep(0.5)
check("and no more then", len(told()) == 3)
control("PUT", "/sandbox/faults", {"webhooks": {"duplicated": 1.0}})
count = len(deliveries)
control("POST", "/sandbox/webhooks", [{"subscriptionType": "contact.deletion", "objectId": 4711}])
for _ in range(50):
    if len(told()) == 2:
        break
    time.sleep(0.1)
check("one event may come twice", len(told()) == 2)

print(f"{checks - failures} passed, {failures} failed")
sys.exit(1 if failures else 0)
