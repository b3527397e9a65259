"""Checks the product on public data sets: check.py ABM_RULES DATA_FOLDER. Standard library only."""
import csv
import datetime
import gzip
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ABM, DATA = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
BOOKS = pathlib.Path(__file__).resolve().parent
passed = failed = 0


def abm(*arguments, book, database):
    result = subprocess.run(
        [ABM, *arguments, "--rules", BOOKS / book, "--db", database], capture_output=True, text=True)
    if result.returncode not in (0, 1):
        sys.exit(f"abm-rules {' '.join(map(str, arguments))} failed:\n{result.stderr}")
    return result.stdout


def expect(what, condition, found):
    global passed, failed
    passed, failed = passed + bool(condition), failed + (not condition)
    print(f"{'✓' if condition else '✕'} {what}: {found}")


def rows(name):
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def area_under_curve(labels, scores):
    """The share of (positive, negative) pairs in order, ties half: by ranks."""
    order = sorted(range(len(scores)), key=lambda i: scores[i])
    ranks, i = [0.0] * len(scores), 0
    while i < len(order):
        j = i
        while j < len(order) and scores[order[j]] == scores[order[i]]:
            j += 1
        for k in range(i, j):
            ranks[order[k]] = (i + j + 1) / 2
        i = j
    positives = sum(labels)
    total = sum(rank for rank, label in zip(ranks, labels) if label)
    return (total - positives * (positives + 1) / 2) / (positives * (len(labels) - positives))


def ranked(plan):
    return {a["contact"]: float(a["arguments"]["value"]) for a in plan["actions"] if a["rule"] == "ranked"}


def rule(plan, name):
    return next(r for r in plan["rules"] if r["name"] == name)


def leads(folder):
    file, options = DATA / "leads_xeducation.csv.gz", {"book": "leads", "database": folder / "leads.sqlite"}
    rejects = ("--rejects", folder / "leads.rejects.csv")
    text = abm("import", "contacts", file, *rejects, **options)
    expect("leads: every row is imported", "9,240 rows: 9,240 new" in text, text.splitlines()[0])
    plan = json.loads(abm("plan", "--format", "json", **options))
    truth = {row["Prospect ID"]: row["Converted"] == "1" for row in rows(file.name)}
    scores = ranked(plan)
    area = area_under_curve([truth[key] for key in scores], list(scores.values()))
    expect("leads: all are scored", len(scores) == 9240, len(scores))
    expect("leads: AUC of twelve lines is at least 0.87", area >= 0.87, f"{area:.4f}")
    chosen = sum(row["Specialization"] in ("Select", "") for row in rows(file.name))
    expect("leads: `Select` is missing", rule(plan, "without_choice")["matched"] == chosen, chosen)


def deskdrop(folder):
    file, options = DATA / "deskdrop_interactions.csv.gz", {"book": "deskdrop", "database": folder / "deskdrop.sqlite"}
    rejects = ("--rejects", folder / "deskdrop.rejects.csv")
    people = abm("import", "contacts", file, *rejects, **options)
    events = ("import", "events", "activity", file, "--map", "contact=personId,at=timestamp", "--dates", "unix", *rejects)
    text = abm(*events, **options)
    print("  " + people.splitlines()[0])
    expect("deskdrop: every row is accounted for, the 11 repeated ones too",
           "72,312 rows: 72,301 new, 11 repeated in the file" in text, text.splitlines()[0])
    again = abm(*events, **options)
    expect("deskdrop: importing again changes nothing", "new" not in again.splitlines()[0], again.splitlines()[0])

    now = datetime.datetime(2017, 1, 15, tzinfo=datetime.timezone.utc).timestamp()
    plan = json.loads(abm("plan", "--at", "2017-01-15", "--format", "json", **options))
    computed = ranked(plan)
    expected, later, seen = {}, set(), set()
    for row in sorted({tuple(row.items()) for row in rows(file.name)}, key=lambda r: float(dict(r)["timestamp"])):
        row = dict(row)
        at, person = float(row["timestamp"]), row["personId"]
        if at <= now:
            expected.setdefault(person, []).append(2 ** (-(now - at) / 86400 / 30))
        elif at <= now + 30 * 86400:
            later.add(person)
    expected = {person: math.fsum(weights) for person, weights in expected.items()}
    expect("deskdrop: the same people", expected.keys() == computed.keys(), len(computed))
    difference = max(abs(expected[person] - computed[person]) for person in expected)
    expect("deskdrop: decayed engagement equals an independent computation within 1e-9", difference <= 1e-9, difference)
    keys = sorted(computed)
    area = area_under_curve([key in later for key in keys], [computed[key] for key in keys])
    expect("deskdrop: AUC for acting in the next 30 days is at least 0.81", area >= 0.81, f"{area:.4f}")


def reading(folder):
    """Of everybody who took up at least five articles, the last one is hidden: the last interaction with an article that
    the person had not met before. The product guesses it at midnight (UTC) before that day, from everything that had
    happened until then, among the articles that somebody had met by then and the person had not: ten guesses each.
    Every eighth day is asked; ABM_ALL_DAYS=1 asks all."""
    # The articles stand beside the rule book, which names their file.
    book = shutil.copytree(BOOKS / "reading", folder / "reading")
    options = {"book": book, "database": folder / "reading.sqlite"}
    name = lambda content: "article_" + content.replace("-", "m")
    day = lambda time: datetime.datetime.fromtimestamp(time, datetime.timezone.utc).date()
    events = sorted({(int(r["timestamp"]), r["personId"], r["contentId"], r["eventType"])
                     for r in rows("deskdrop_interactions.csv.gz")})
    first, met, hidden = {}, {}, {}
    for time, person, content, _ in events:
        first.setdefault(content, time)
        if content not in met.setdefault(person, set()):
            met[person].add(content)
            hidden[person] = (day(time), name(content))
    hidden = {person: guess for person, guess in hidden.items() if len(met[person]) > 5}

    def write(file, header, lines):
        with open(folder / file, "w", newline="", encoding="utf-8") as output:
            csv.writer(output).writerows([header, *lines])
        return folder / file

    write("reading/articles.csv", ["name", "published"], [
        (name(content), datetime.datetime.fromtimestamp(time, datetime.timezone.utc).isoformat())
        for content, time in first.items()])
    abm("import", "contacts", write("people.csv", ["person", "probe"], [
        (person, hidden[person][0] if person in hidden else "") for person in met]), **options)
    text = abm("import", "events", "activity", write("activity.csv", ["contact", "at", "content", "eventType"], [
        (person, time, name(content), kind) for time, person, content, kind in events]), "--dates", "unix", **options)
    expect("reading: every interaction is imported", f"{len(events):,} rows" in text, text.splitlines()[0])

    days = sorted({guess[0] for guess in hidden.values()})
    days = days if os.environ.get("ABM_ALL_DAYS") else days[::8]
    hits, asked = {"guess": 0, "baseline": 0}, 0
    for date in days:
        plan = json.loads(abm("plan", "--at", f"{date}T00:00:00Z", "--format", "json", **options))
        asked += sum(guess[0] == date for guess in hidden.values())
        for action in plan["actions"]:
            found = [pick["asset"] for pick in action.get("picks", [])]
            hits[action["rule"]] += hidden[action["contact"]][1] in found
    rate = hits["guess"] / asked
    expect(f"reading: hit rate within the top 10 is at least 0.18, {asked} people", rate >= 0.18, f"{rate:.3f}")
    ever = hits["baseline"] / asked
    expect("reading: popularity over all time alone gets little", ever < 0.1, f"{ever:.3f}")


def accounts(folder):
    file, options = DATA / "accounts_yc.csv.gz", {"book": "accounts", "database": folder / "accounts.sqlite"}
    text = abm("import", "accounts", file, "--dates", "us", "--rejects", folder / "accounts.rejects.csv", **options)
    expect("accounts: every company is imported", "5,408 rows: 5,408 new" in text, text.splitlines()[0])
    plan = json.loads(abm("plan", "--format", "json", **options))
    expect("accounts: 679 were acquired", rule(plan, "acquired")["matched"] == 679, rule(plan, "acquired")["matched"])


def cookie_cats(folder):
    file = DATA / "ab_cookie_cats.csv.gz"
    result = subprocess.run(
        [ABM, "experiments", "analyze", file, "--arm", "version", "--outcome", "retention_7"],
        capture_output=True, text=True)
    lines = result.stdout.splitlines()
    expect("cookie cats: the broken split comes first, and is a problem",
           result.returncode == 1 and lines[1].startswith("✕ the split is broken: 44,700 and 45,489"), lines[1])
    expect("cookie cats: p of the split is about 0.009", "p 0.0086" in lines[1], lines[1][-9:])
    day7 = next(line for line in lines if "gate_40 against gate_30" in line)
    expect("cookie cats: retention after seven days is 0.0082 lower, between 0.0133 and 0.0031",
           "−0.0082  95 % interval −0.0133 to −0.0031" in day7, day7.strip())
    expect("cookie cats: no winner while the split is broken", "no verdict" in result.stdout, "no verdict")


with tempfile.TemporaryDirectory() as folder:
    for check in (leads, deskdrop, reading, accounts, cookie_cats):
        check(pathlib.Path(folder))
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
