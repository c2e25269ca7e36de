"""Prints each value of the list on standard input in Python's ways, as [dialect, value's number, output]."""
import base64, csv, difflib, html, http.cookies, io, json, logging, pprint, quopri, re, shlex, subprocess, sys
import traceback, urllib.parse, urllib.request, xml.sax.saxutils, xml.etree.ElementTree as ET

try:
    import yaml
except ImportError:
    yaml = None


def csv_row(value):
    out = io.StringIO()
    csv.writer(out).writerow([value])
    return out.getvalue()


def element(value):
    node = ET.Element("a", {"b": value})
    node.text = value
    return node


def cookie(value):
    jar = http.cookies.SimpleCookie()
    jar["key"] = value
    return jar.output()


def logged(value):
    record = logging.LogRecord("deploy", logging.INFO, "", 1, "token %r in %s", (value, {"key": value}), None)
    return logging.Formatter("%(levelname)s %(message)s").format(record)


def traced(value):
    try:
        {}[value]
    except KeyError:
        return traceback.format_exc(limit=0)


def failed(fail):
    try:
        fail()
    except Exception:
        return traceback.format_exc(limit=0)


dialects = {
    "error of json": lambda v: failed(lambda: json.loads("[" + v)),
    "error of int": lambda v: failed(lambda: int(v)),
    "error of open": lambda v: failed(lambda: open("/nowhere/" + v)),
    "error of getattr": lambda v: failed(lambda: getattr("", v)),
    "error of urllib": lambda v: failed(lambda: urllib.request.urlopen(v)),
    "error of float": lambda v: failed(lambda: float(v)),
    "logging": logged,
    "traceback": traced,
    "pprint": pprint.pformat,
    "pprint of a dict": lambda v: pprint.pformat({"key": v, "list": [v, v]}),
    "difflib": lambda v: "\n".join(difflib.unified_diff(["one"], v.split("\n"), lineterm="")),
    "list2cmdline": lambda v: subprocess.list2cmdline([v]),
    "format of a failed program": lambda v: str(subprocess.CalledProcessError(1, ["deploy", v])),
    "json.dumps": json.dumps,
    "json.dumps, UTF-8": lambda v: json.dumps(v, ensure_ascii=False),
    "json.dumps twice": lambda v: json.dumps(json.dumps(v)),
    "repr": repr,
    "repr in a longer text": lambda v: repr("it's " + v),
    "ascii": ascii,
    "repr of bytes": lambda v: repr(v.encode()),
    "repr of a dict": lambda v: repr({"key": v}),
    "repr of JSON": lambda v: repr(json.dumps({"key": v})),
    "shlex.quote": shlex.quote,
    "shlex.quote of JSON": lambda v: shlex.quote(json.dumps({"key": v})),
    "quote": urllib.parse.quote,
    "quote, no safe": lambda v: urllib.parse.quote(v, safe=""),
    "quote_plus": urllib.parse.quote_plus,
    "urlencode of JSON": lambda v: urllib.parse.quote_plus(json.dumps(v)),
    "html.escape": html.escape,
    "html.escape of repr": lambda v: html.escape(repr(v)),
    "xml escape": xml.sax.saxutils.escape,
    "xml quoteattr": xml.sax.saxutils.quoteattr,
    "ElementTree": lambda v: ET.tostring(element(v), encoding="unicode"),
    "ElementTree, ASCII": lambda v: ET.tostring(element(v)).decode(),
    "xmlcharrefreplace": lambda v: v.encode("ascii", "xmlcharrefreplace").decode(),
    "csv": csv_row,
    "re.escape": re.escape,
    "quopri, unfolded": lambda v: quopri.encodestring(v.encode()).decode().replace("=\n", ""),
    "cookies": cookie,
    "base64": lambda v: base64.b64encode(v.encode()).decode(),
    "base64 of user and value": lambda v: base64.b64encode(("admin:" + v).encode()).decode(),
    "base64 of JSON": lambda v: base64.b64encode(json.dumps({"key": v}).encode()).decode(),
    "urlsafe base64": lambda v: base64.urlsafe_b64encode(v.encode()).decode(),
    "encodebytes": lambda v: base64.encodebytes(("x" * 50 + v * 3).encode()).decode(),
    "UTF-16 base64": lambda v: base64.b64encode(("ask: " + v).encode("utf-16-le")).decode(),
    "hex": lambda v: v.encode().hex(),
    "hex with colons": lambda v: v.encode().hex(":"),
}
if yaml is not None:
    dialects["yaml.dump"] = lambda v: yaml.dump({"key": v})
    dialects["yaml.dump, wide"] = lambda v: yaml.dump({"key": v}, width=9999)
    dialects["yaml.dump, unicode"] = lambda v: yaml.dump({"key": v}, allow_unicode=True)
    dialects["yaml.dump, single quotes"] = lambda v: yaml.dump(v, default_style="'")
    dialects["yaml.dump, double quotes"] = lambda v: yaml.dump(v, default_style='"')

values = json.load(sys.stdin)
json.dump([[name, i, write(v)] for name, write in dialects.items() for i, v in enumerate(values)], sys.stdout)
