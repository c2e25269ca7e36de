# Prints each value of the list on standard input in jq's ways, as [dialect, value's number, output].
[
  to_entries[] | .key as $number | .value | (
    ["jq", tojson], ["jq @sh", @sh], ["jq @uri", @uri], ["jq @html", @html], ["jq @csv", ([.] | @csv)],
    ["jq @base64", @base64], ["jq tojson", ({key: .} | tojson | tojson)]
  ) | [.[0], $number, .[1]]
]
