package warren.system;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Who may know whom. */
final class ArchitectureTest {
    private static final JavaClasses WARREN = new ClassFileImporter()
        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("warren");

    private static void mustNotKnow(String who, String... whom) {
        noClasses().that().resideInAnyPackage(who).should().dependOnClassesThat().resideInAnyPackage(whom).check(WARREN);
    }

    @Test
    void theContractKnowsNobody() {
        mustNotKnow("warren.contract..", "warren.pool..", "warren.launcher..", "warren.connector..", "warren.plugin..",
            "warren.httpd..");
    }

    @Test
    void connectorAndLauncherMeetOnlyAtTheSocket() {
        mustNotKnow("warren.connector..", "warren.launcher..", "warren.plugin..", "warren.httpd..");
        mustNotKnow("warren.pool..", "warren.launcher..", "warren.plugin..", "warren.httpd..", "warren.connector..");
        mustNotKnow("warren.launcher..", "warren.connector..", "warren.pool..");
    }

    @Test
    void pluginsKnowOnlyTheirInterfaceAndTheContract() {
        mustNotKnow("warren.plugin..", "warren.launcher..", "warren.connector..", "warren.pool..", "warren.httpd..");
    }

    @Test
    void onlyTheLaunchersSystemPackageKnowsJnr() {
        noClasses().that().resideOutsideOfPackage("warren.launcher.system..")
            .should().dependOnClassesThat().resideInAnyPackage("jnr..", "com.kenai..").check(WARREN);
    }

    @Test
    void onlyTheConnectorKnowsTomcat() {
        noClasses().that().resideOutsideOfPackage("warren.connector..")
            .should().dependOnClassesThat().resideInAnyPackage("org.apache.catalina..", "org.apache.coyote..",
                "org.apache.tomcat..", "jakarta.servlet..").check(WARREN);
    }
}
