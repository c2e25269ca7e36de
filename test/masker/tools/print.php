<?php
// Prints each value of the list on standard input in PHP's ways, as [dialect, value's number, output].
$dialects = [
    'json_encode' => fn($v) => json_encode($v),
    'json_encode, plain slashes' => fn($v) => json_encode($v, JSON_UNESCAPED_SLASHES),
    'json_encode, plain text' => fn($v) => json_encode($v, JSON_UNESCAPED_UNICODE),
    'var_export' => fn($v) => var_export($v, true),
    'print_r' => fn($v) => print_r(['key' => $v], true),
    'htmlspecialchars' => fn($v) => htmlspecialchars($v),
    'urlencode' => fn($v) => urlencode($v),
    'rawurlencode' => fn($v) => rawurlencode($v),
    'http_build_query' => fn($v) => http_build_query(['key' => $v]),
    'escapeshellarg' => fn($v) => escapeshellarg($v),
    'addslashes' => fn($v) => addslashes($v),
    'base64_encode' => fn($v) => base64_encode($v),
    'chunk_split' => fn($v) => chunk_split(base64_encode("key=$v")),
    'bin2hex' => fn($v) => bin2hex($v),
];
$values = json_decode(stream_get_contents(STDIN));
setlocale(LC_ALL, 'C.utf8');
$out = [];
foreach ($dialects as $name => $write) {
    foreach ($values as $i => $v) {
        $out[] = [$name, $i, $write($v)];
    }
}
echo json_encode($out, JSON_UNESCAPED_UNICODE);
