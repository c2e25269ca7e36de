ui           = false
api_addr     = "http://openbao:8200"
cluster_addr = "http://127.0.0.1:8201"

storage "raft" {
  path    = "/openbao/file"
  node_id = "1"
}

# On a network without a way out.
listener "tcp" {
  address     = "0.0.0.0:8200"
  tls_disable = true
}

# It opens itself with the key of a file, so a restart needs nobody.
seal "static" {
  current_key_id = "1"
  current_key    = "file:///run/secrets/openbao-seal.key"
}
