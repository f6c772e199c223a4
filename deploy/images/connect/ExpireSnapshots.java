import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.hadoop.HadoopTables;

/**
 * Forgets the snapshots of a table that are older than its property history.expire.max-snapshot-age-ms says, five days by default, and removes the
 * files that only they needed. Whoever writes the table meanwhile goes on. Argument: where the table is, as hdfs://namenode:8020/warehouse/gpu/readings.
 */
public final class ExpireSnapshots {
  public static void main(String[] args) {
    String location = args[0];
    try {
      Table table = new HadoopTables(new Configuration()).load(location);
      long before = count(table);
      table.expireSnapshots().commit();
      table.refresh();
      System.out.printf("%s: snapshots: %d, before: %d%n", location, count(table), before);
    } catch (NoSuchTableException e) {
      System.out.printf("%s: no table yet%n", location);
    }
  }

  private static long count(Table table) {
    long count = 0;
    for (Snapshot ignored : table.snapshots()) count++;
    return count;
  }
}
