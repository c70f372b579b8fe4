//! Certificates and keys of every kind a test needs, made once per test binary by `openssl` and
//! shared by all its brokers. Elliptic keys where the kind does not matter: they are made in no
//! time.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The passphrase of every encrypted key.
pub const PASSPHRASE: &str = "open sesame";

/// The folder they are in.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        // Below the build folder, fresh for every run: nothing drops a static at the end.
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(env!("CARGO_CRATE_NAME"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder for certificates");
        make(&folder);
        folder
    })
}

/// One of its files.
pub fn file(name: &str) -> PathBuf {
    folder().join(name)
}

/// Several of its files one after the other, as a new one.
pub fn together(name: &str, parts: &[&str]) -> PathBuf {
    together_in(folder(), name, parts);
    file(name)
}

/// Runs a command that must succeed.
pub fn run(command: &mut Command) {
    let output = command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    assert!(
        output.status.success(),
        "{command:?} failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

const LOCAL: &str = "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1,URI:urn:bbf:usp:id:\
                     os::00D09E-1";
const FROM: &str = "20200101000000Z";
const TO: &str = "20900101000000Z";
const P256: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

struct Authority {
    folder: PathBuf,
}

impl Authority {
    fn openssl(&self, arguments: &[&str]) {
        run(Command::new("openssl").current_dir(&self.folder).args(arguments));
    }

    fn self_signed(&self, name: &str, subject: &str, extensions: &[&str]) {
        let (key, crt) = (format!("{name}.key"), format!("{name}.crt"));
        let mut arguments =
            vec!["req", "-x509", "-days", "3650", "-subj", subject, "-keyout", &key, "-out", &crt];
        arguments.extend(P256);
        for extension in extensions {
            arguments.extend(["-addext", extension]);
        }
        self.openssl(&arguments);
    }

    fn request(&self, name: &str, subject: &str) {
        let (key, csr) = (format!("{name}.key"), format!("{name}.csr"));
        let mut arguments = vec!["req", "-new", "-subj", subject, "-keyout", &key, "-out", &csr];
        arguments.extend(P256);
        self.openssl(&arguments);
    }

    /// A certificate from `ca` for the request of that name, from now on.
    fn sign(&self, name: &str, days: &str, extensions: Option<&str>) {
        let (csr, crt) = (format!("{name}.csr"), format!("{name}.crt"));
        let mut arguments = vec!["x509", "-req", "-days", days, "-in", &csr, "-out", &crt];
        arguments.extend(["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"]);
        if let Some(extensions) = extensions {
            arguments.extend(["-extfile", extensions]);
        }
        self.openssl(&arguments);
    }

    /// A certificate from `issuer`; the name alone signs itself.
    fn issue(&self, name: &str, extensions: &str, from: &str, to: &str, issuer: &str) {
        let file = |ending: &str| format!("{name}.{ending}");
        let (csr, crt, ext) = (file("csr"), file("crt"), file("ext"));
        self.request(name, &format!("/CN={name}"));
        std::fs::write(self.folder.join(&ext), extensions).expect("an extensions file");
        let (issuer_crt, issuer_key) = (format!("{issuer}.crt"), format!("{issuer}.key"));
        let mut arguments = vec!["ca", "-batch", "-notext", "-config", "ca.cnf"];
        if issuer == name {
            arguments.extend(["-selfsign", "-keyfile", &issuer_key]);
        } else {
            arguments.extend(["-cert", &issuer_crt, "-keyfile", &issuer_key]);
        }
        arguments.extend(["-startdate", from, "-enddate", to, "-extfile", &ext]);
        arguments.extend(["-in", &csr, "-out", &crt]);
        self.openssl(&arguments);
    }
}

/// A CA of our own, another one, an intermediate one, and certificates for every listener and
/// client.
fn make(folder: &Path) {
    let found = Command::new("openssl").arg("version").stdout(Stdio::null()).status();
    assert!(found.is_ok(), "this test needs `openssl`: apt-get install openssl");
    let ca = Authority { folder: folder.to_owned() };
    ca.self_signed("ca", "/O=usp-scope tests/CN=Test CA", &[]);
    ca.self_signed("other-ca", "/O=usp-scope tests/CN=Other CA", &[]);
    // `openssl req -x509` gives the CA flag; OpenSSL takes such a certificate for a server all
    // the same.
    let local = LOCAL.split_once('=').expect("a name and a value").1;
    let local_extension = format!("subjectAltName={local}");
    ca.self_signed("alone", "/CN=alone", &[&local_extension]);
    ca.self_signed("alone-elsewhere", "/CN=alone", &["subjectAltName=DNS:elsewhere.example"]);
    std::fs::write(folder.join("index.txt"), "").expect("a list of certificates");
    std::fs::write(
        folder.join("ca.cnf"),
        "[ca]\ndefault_ca = ours\n[ours]\ndatabase = index.txt\nrand_serial = yes\n\
         new_certs_dir = .\ndefault_md = sha256\npolicy = any\nunique_subject = no\n[any]\n\
         commonName = supplied\n",
    )
    .expect("the CA's configuration");
    let authority = "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign";
    ca.issue("intermediate", authority, FROM, TO, "ca");
    ca.issue("old-ca", authority, FROM, "20210101000000Z", "old-ca");
    for (name, extensions, from, to, issuer) in [
        ("server", LOCAL, FROM, TO, "ca"),
        ("elsewhere", "subjectAltName=DNS:elsewhere.example", FROM, TO, "ca"),
        ("expired", LOCAL, FROM, "20210101000000Z", "ca"),
        ("early", LOCAL, "20900101000000Z", "20910101000000Z", "ca"),
        ("localhost", "keyUsage=digitalSignature", FROM, TO, "ca"),
        ("below", LOCAL, FROM, TO, "intermediate"),
        ("below-old", LOCAL, FROM, TO, "old-ca"),
        ("alone-leaf", LOCAL, FROM, TO, "alone-leaf"),
        ("alone-expired", LOCAL, FROM, "20210101000000Z", "alone-expired"),
        ("client", "extendedKeyUsage=clientAuth", FROM, TO, "ca"),
        ("client-below", "extendedKeyUsage=clientAuth", FROM, TO, "intermediate"),
        ("client-foreign", "extendedKeyUsage=clientAuth", FROM, TO, "other-ca"),
    ] {
        ca.issue(name, extensions, from, to, issuer);
    }
    together_in(folder, "chain.crt", &["below.crt", "intermediate.crt"]);
    together_in(folder, "client-chain.crt", &["client-below.crt", "intermediate.crt"]);

    // Without extensions `x509 -req` writes version 1.
    ca.request("version-1", "/CN=localhost");
    ca.sign("version-1", "3650", None);
    // Ten days from now.
    ca.request("ending", "/CN=ending");
    std::fs::write(folder.join("ending.ext"), LOCAL).expect("an extensions file");
    ca.sign("ending", "10", Some("ending.ext"));
    make_keys(&ca);
}

/// The client's key in every form; `rsa.crt` goes with the RSA ones.
fn make_keys(ca: &Authority) {
    ca.openssl(&["genrsa", "-traditional", "-out", "rsa.pkcs1.key", "2048"]);
    ca.openssl(&["req", "-new", "-subj", "/CN=rsa", "-key", "rsa.pkcs1.key", "-out", "rsa.csr"]);
    ca.sign("rsa", "3650", Some("client.ext"));
    ca.openssl(&["pkey", "-in", "rsa.pkcs1.key", "-out", "rsa.pkcs8.key"]);
    ca.openssl(&["ec", "-in", "client.key", "-out", "client.sec1.key"]);
    ca.openssl(&["pkey", "-in", "client.key", "-outform", "DER", "-out", "client.pkcs8.der"]);
    ca.openssl(&["ec", "-in", "client.key", "-outform", "DER", "-out", "client.sec1.der"]);
    ca.openssl(&[
        "rsa",
        "-traditional",
        "-in",
        "rsa.pkcs1.key",
        "-outform",
        "DER",
        "-out",
        "rsa.pkcs1.der",
    ]);
    let pass = format!("pass:{PASSPHRASE}");
    let legacy = ["-provider", "legacy", "-provider", "default"];
    for (name, how) in [
        ("aes128", &["-v2", "aes-128-cbc"][..]),
        ("aes192", &["-v2", "aes-192-cbc"]),
        ("aes256", &["-v2", "aes-256-cbc"]),
        ("aes256-sha1", &["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA1"]),
        ("aes256-sha512", &["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512"]),
        ("3des", &["-v2", "des3"]),
        ("scrypt", &["-scrypt"]),
        ("der", &["-v2", "aes-256-cbc", "-outform", "DER"]),
        ("pbes1-md5-des", &["-v1", "PBE-MD5-DES"]),
        ("pkcs12-3des", &["-v1", "PBE-SHA1-3DES"]),
    ] {
        let out = format!("client.{name}.key");
        let mut arguments =
            vec!["pkcs8", "-topk8", "-in", "client.key", "-out", &out, "-passout", &pass];
        arguments.extend(how);
        if name.starts_with("pbes1") {
            arguments.extend(legacy);
        }
        ca.openssl(&arguments);
    }
    for cipher in ["aes128", "aes192", "aes256", "des3", "des"] {
        for (command, from, to) in
            [("rsa", "rsa.pkcs1.key", "rsa.old"), ("ec", "client.key", "client.old")]
        {
            let (flag, out) = (format!("-{cipher}"), format!("{to}-{cipher}.key"));
            let mut arguments = vec![command, "-in", from, "-out", &out, &flag, "-passout", &pass];
            if command == "rsa" {
                arguments.push("-traditional");
            }
            arguments.extend(legacy);
            ca.openssl(&arguments);
        }
    }
}

fn together_in(folder: &Path, name: &str, parts: &[&str]) {
    let text: String = parts
        .iter()
        .map(|part| std::fs::read_to_string(folder.join(part)).expect("a PEM file"))
        .collect();
    std::fs::write(folder.join(name), text).expect("a file");
}
