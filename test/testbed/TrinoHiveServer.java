import io.trino.plugin.hive.HivePlugin;
import io.trino.server.testing.TestingTrinoServer;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;

/** Trino on loopback with tables of Hive on files in an S3, until its standard input ends. Its
 * arguments: a folder for what it knows of tables, the S3, and the region. */
class TrinoHiveServer {
  public static void main(String[] args) throws Exception {
    TestingTrinoServer server = TestingTrinoServer.create();
    server.installPlugin(new HivePlugin());
    Map<String, String> hive = new HashMap<>();
    hive.put("hive.metastore", "file");
    hive.put("hive.metastore.catalog.dir", "local:///");
    hive.put("fs.local.enabled", "true");
    hive.put("local.location", args[0]);
    hive.put("fs.s3.enabled", "true");
    hive.put("s3.endpoint", args[1]);
    hive.put("s3.region", args[2]);
    hive.put("s3.path-style-access", "true");
    hive.put("s3.aws-access-key", "testing");
    hive.put("s3.aws-secret-key", "testing");
    // As Athena does.
    hive.put("hive.partition-projection-enabled", "true");
    hive.put("hive.recursive-directories", "true");
    hive.put("hive.security", "allow-all");
    server.createCatalog("hive", "hive", hive);
    new PrintStream(new FileOutputStream(FileDescriptor.out)).println("READY " + server.getBaseUrl());
    while (System.in.read() >= 0) {}
    System.exit(0);
  }
}
