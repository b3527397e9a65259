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
    request = urllib.request.Request(ADDRESS + path, data=data, method=method)
    with urllib.request.urlopen(request) as reply:
        text = reply.read()
        return json.loads(text) if text else None


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        deliveries.append((dict(self.headers), body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


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
    if any("contact.creation" in body for _, body in deliveries):
        break
    time.sleep(0.1)
check("webhooks arrive", bool(deliveries))
for headers, body in deliveries:
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

print(f"{checks - failures} passed, {failures} failed")
sys.exit(1 if failures else 0)
